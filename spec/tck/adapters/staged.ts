import { concatMap, filter, map, of, pipe, throwError } from 'rxjs';
import { batch, expandStage, fromPull, stage } from 'sluice';
import { toProcessor, toPublisher } from 'sluice/reactive-streams';
import type { Adapter } from '../Adapter.js';
import { countTo } from '../countTo.js';

/** Stages that come to the identity: one that takes time, a filter, and batches that are taken apart again. */
const stages = pipe(
  map((n: number) => n),
  stage((n: number) => n, { capacity: 4 }),
  filter((n: number) => Number.isInteger(n)),
  stage(async (n: number) => n, { capacity: 2, concurrency: 2 }),
  concatMap((n) => of(n)),
  batch<number>({ maxSize: 1 }),
  expandStage((members: readonly number[]) => members, { capacity: 2 }),
);

/** A pipeline with stages, synchronous and not. */
export const adapter: Adapter = {
  range: (count) => toPublisher(fromPull(() => countTo(count)).pipe(stages)),
  failed: () => toPublisher(throwError(() => new Error('failed on purpose')).pipe(stages)),
  processor: () => toProcessor(stages),
};
