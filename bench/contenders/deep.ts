import { fromPull, stage } from 'sluice';
import { take, type Observable } from 'rxjs';
import { Stopwatch } from '../Stopwatch.js';
import { addOne, Counter } from './work.js';

/** What a very long pipeline costs, in milliseconds: until the first record, until the last, to cancel the rest. */
export interface DeepTimes {
  readonly subscribe: number;
  readonly records: number;
  readonly cancel: number;
  readonly total: number;
}

/** Sends `records` records through as many operators as `stages` says, then cancels the endless source. */
export type DeepWork = (stages: number, records: number) => DeepTimes;

const ENDLESS = 1_000_000_000;

export const sluice: DeepWork = (stages, records) => {
  let flow: Observable<number> = fromPull(new Counter(ENDLESS));
  for (let index = 0; index < stages; index++) flow = flow.pipe(stage(addOne));
  let first = 0;
  let last = 0;
  let received = 0;
  const stopwatch = new Stopwatch();
  flow.pipe(take(records)).subscribe({
    next: () => {
      if (received++ === 0) first = stopwatch.elapsed;
    },
    complete: () => {
      last = stopwatch.elapsed;
    },
  });
  const end = stopwatch.elapsed;
  if (received !== records) throw new Error(`${received} of ${records} records came through`);
  return { subscribe: first, records: last - first, cancel: end - last, total: end };
};
