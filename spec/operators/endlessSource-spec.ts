import { describe, expect, it } from '@jest/globals';
import { delay, filter, map, ReplaySubject, take, type Observable } from 'rxjs';
import { batch } from '../../lib/operators/batch.js';
import { boundary } from '../../lib/operators/boundary.js';
import { expandStage } from '../../lib/operators/expandStage.js';
import { stage } from '../../lib/operators/stage.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { onBackpressureBuffer } from '../../lib/sources/onBackpressureBuffer.js';
import { FlowTestScheduler } from '../../lib/testing/FlowTestScheduler.js';
import { CommittingLog } from '../records/support/CommittingLog.js';
import { numbers } from './support/seen.js';

const TEN_SECONDS = 10_000;

/** A gate that the test opens: until then nothing gets through, and from then on each record in one virtual millisecond. */
function gate() {
  const open = new ReplaySubject<void>(1);
  return {
    pass: (value: number) =>
      open.pipe(
        take(1),
        delay(1),
        map(() => value),
      ),
    release: () => open.next(),
  };
}

const PIPELINES: readonly (readonly [string, number, (source: Observable<number>) => Observable<number>])[] = [
  [
    'stages',
    7,
    (source) =>
      source.pipe(
        stage((n: number) => n, { capacity: 3 }),
        filter((n) => n >= 0),
        stage(async (n: number) => n, { capacity: 4, concurrency: 2 }),
      ),
  ],
  [
    'every other operator',
    24,
    (source) =>
      source.pipe(
        boundary(delay<number>(3), { inFlight: 5 }),
        expandStage((n) => [n], { capacity: 2 }),
        batch({ maxSize: 3, maxWaitMs: 7, capacity: 6 }),
        expandStage((all) => all, { capacity: 2 }),
        onBackpressureBuffer({ capacity: 5 }),
        map((n) => n),
      ),
  ],
  [
    'order per key',
    6,
    (source) =>
      source.pipe(stage(async (n: number) => n, { capacity: 6, concurrency: 3, order: { perKey: (n) => n % 2 } })),
  ],
];

describe('an endless source above a sink that stands still', () => {
  it.each(PIPELINES)(
    'C1: is pulled no more than the capacities hold, not in ten virtual seconds, and nothing is missing afterwards: %s',
    async (_, capacities, pipeline) => {
      await new FlowTestScheduler().run(async ({ advance }) => {
        const log = new CommittingLog();
        const { pass, release } = gate();
        const seen: number[] = [];
        const sink = { capacity: 4 };
        const running = pipeline(log.source)
          .pipe(stage(pass, { ...sink, concurrency: 2 }))
          .subscribe((n) => seen.push(n));
        await advance(100);
        // A batch is one record for the stages below it, and has up to three in it.
        const most = capacities + sink.capacity;
        const pulled = log.given;
        expect(pulled - log.told.length).toBeLessThanOrEqual(most);
        await advance(TEN_SECONDS);
        expect([log.given, seen]).toEqual([pulled, []]);
        release();
        await advance(50);
        const settled = log.told.length;
        expect(seen.length).toBeGreaterThan(pulled);
        expect([...seen].sort((a, b) => a - b)).toEqual(numbers(seen.length));
        expect(log.given - settled).toBeLessThanOrEqual(most);
        running.unsubscribe();
      });
    },
  );

  it('C1: a source that is pulled asynchronously is not asked either', async () => {
    await new FlowTestScheduler().run(async ({ advance }) => {
      let pulled = 0;
      async function* endless() {
        for (;;) yield pulled++;
      }
      const { pass, release } = gate();
      const seen: number[] = [];
      const running = fromPull(endless())
        .pipe(stage(pass, { capacity: 5 }))
        .subscribe((n) => seen.push(n));
      await advance(TEN_SECONDS);
      expect(pulled).toBeLessThanOrEqual(6);
      release();
      await advance(50);
      running.unsubscribe();
      expect(seen).toEqual(numbers(50));
    });
  });
});
