import { identity, throwError } from 'rxjs';
import { fromPull } from 'sluice';
import { toProcessor, toPublisher } from 'sluice/reactive-streams';
import type { Adapter } from '../Adapter.js';
import { countTo } from '../countTo.js';

/** A source without stages, and a processor without an operator. */
export const adapter: Adapter = {
  range: (count) => toPublisher(fromPull(() => countTo(count))),
  failed: () => toPublisher(throwError(() => new Error('failed on purpose'))),
  processor: () => toProcessor<number, number>(identity),
};
