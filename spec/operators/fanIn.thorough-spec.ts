import { describe, expect, it } from '@jest/globals';
import type { Observable } from 'rxjs';
import { mergeFlowables } from '../../lib/operators/mergeFlowables.js';
import { partitionBy } from '../../lib/operators/partitionBy.js';
import { stage } from '../../lib/operators/stage.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { numbers } from './support/seen.js';

const PATIENCE_MS = 600_000;
const TEN_MILLION = 10_000_000;
const MEGABYTE = 2 ** 20;
const collect = (globalThis as { gc?: () => void }).gc ?? (() => undefined);

/** The most by which the heap has grown since the first tenth of the records. */
function heapGrowth(flow: Observable<unknown>, count: number): number {
  let seen = 0;
  let first = 0;
  let most = 0;
  flow.subscribe(() => {
    if (++seen % (count / 10) !== 0) return;
    collect();
    const { heapUsed } = process.memoryUsage();
    if (first === 0) first = heapUsed;
    most = Math.max(most, heapUsed - first);
  });
  expect(seen).toBe(count);
  return most / MEGABYTE;
}

/** The least user time of each in turns of all, in nanoseconds a record. */
function leastTimes(flows: readonly (() => Observable<unknown>)[], count: number, rounds: number): number[] {
  const least = flows.map(() => Infinity);
  for (let round = 0; round < rounds; round++) {
    for (const [index, make] of flows.entries()) {
      const flow = make();
      let seen = 0;
      collect();
      const before = process.cpuUsage().user;
      flow.subscribe(() => seen++);
      const took = (process.cpuUsage().user - before) / count;
      expect(seen).toBe(count);
      least[index] = Math.min(least[index] as number, took * 1000);
    }
  }
  return least;
}

function* upTo(count: number): Generator<number> {
  for (let n = 0; n < count; n++) yield n;
}
const eight = (count: number) => numbers(8).map(() => fromPull(() => upTo(count / 8)));

describe('the price of fan-in', () => {
  it(
    'ten million records through mergeFlowables of eight and through 64 lanes leave the heap as it was',
    () => {
      expect(heapGrowth(mergeFlowables(eight(TEN_MILLION)), TEN_MILLION)).toBeLessThan(4);
      const lanes = partitionBy({ lanes: 64, keySelector: (n: number) => n % 100_000 }, (lane) =>
        lane.pipe(stage((n) => n)),
      );
      expect(heapGrowth(fromPull(() => upTo(TEN_MILLION)).pipe(lanes), TEN_MILLION)).toBeLessThan(4);
    },
    PATIENCE_MS,
  );

  it(
    'a record in 64 lanes costs as much with a hundred thousand keys as with a thousand',
    () => {
      const rows = numbers(300_000);
      // Made anew for each record, or the price would be that of looking up a string in a large memory.
      const lanes = (keys: number) => () =>
        fromPull(() => rows).pipe(
          partitionBy({ lanes: 64, keySelector: (n: number) => String(1_000_000 + ((n * 7919) % keys)) }, (lane) =>
            lane.pipe(stage((n) => n)),
          ),
        );
      const [few, many] = leastTimes([lanes(1000), lanes(100_000)], 300_000, 15);
      expect((many as number) / (few as number)).toBeLessThan(1.25);
    },
    PATIENCE_MS,
  );
});
