import { describe, expect, it } from '@jest/globals';
import {
  bufferCount,
  concat,
  concatMap,
  filter,
  map,
  mergeMap,
  NEVER,
  of,
  pairwise,
  Subject,
  take,
  takeUntil,
  throwError,
  toArray,
  type OperatorFunction,
} from 'rxjs';
import { Flowable } from '../../lib/credit/Flowable.js';
import { batch } from '../../lib/operators/batch.js';
import { stage } from '../../lib/operators/stage.js';
import { onSettled } from '../../lib/records/onSettled.js';
import { run } from '../../lib/sinks/run.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { keyGen } from '../../lib/stages/keyGen.js';
import { never } from '../credit/support/waiting.js';
import { see } from '../operators/support/seen.js';
import { Works } from '../operators/support/Works.js';
import { CommittingLog } from './support/CommittingLog.js';

const failing = (): never => {
  throw new Error('no');
};
const pass = stage((n: number) => n);

describe('a source that commits', () => {
  it('P2: is told of each record once, when its work is done, and commits the lowest unsettled one', async () => {
    const log = new CommittingLog(4);
    const works = new Works<number>();
    see(log.source.pipe(stage(works.start, { concurrency: 4, order: 'none' })));
    await works.finish(2, 2);
    await works.finish(1, 1);
    expect([log.told, log.committed]).toEqual([['2 delivered', '1 delivered'], 0]);
    await works.finish(0, 0);
    expect(log.committed).toBe(3);
    await works.finish(3, 3);
    expect([log.told.length, log.committed]).toEqual([4, 4]);
  });

  it('P3: what an operator below a batch may hold is not committed, the record that closed the batch included', () => {
    const log = new CommittingLog(2);
    const { running } = see(
      concat(log.source, NEVER).pipe(
        batch({ maxSize: 1 }),
        bufferCount(9),
        stage((batches: number[][]) => batches.length),
      ),
    );
    expect(log.told).toEqual([]);
    running.unsubscribe();
    expect(log.told).toEqual(['0 cancelled', '1 cancelled']);
  });

  it('P2: is told at once where no stage lies below', () => {
    const log = new CommittingLog(3);
    see(log.source.pipe(filter((n) => n !== 1)));
    expect(log.told).toEqual(['0 delivered', '1 delivered', '2 delivered']);
  });

  it('P3: is told of a filtered record with the next arrival on that link', async () => {
    const log = new CommittingLog(3);
    const works = new Works<number>();
    see(
      log.source.pipe(
        filter((n) => n === 2),
        stage(works.start, { capacity: 1 }),
      ),
    );
    expect([log.given, log.told]).toEqual([3, []]);
    await works.finish(2, 2);
    expect(log.told.sort()).toEqual(['0 filtered', '1 filtered', '2 delivered']);
  });

  it('P3: of what was filtered after the last arrival when the link completes', () => {
    const log = new CommittingLog(4);
    see(
      log.source.pipe(
        filter((n) => n === 1),
        pass,
      ),
    );
    expect(log.told.sort()).toEqual(['0 filtered', '1 delivered', '2 filtered', '3 filtered']);
    expect(log.committed).toBe(4);
  });

  it.each<[string, OperatorFunction<number, unknown>]>([
    ['bufferCount', bufferCount(3)],
    ['pairwise', pairwise()],
  ])('P3: what an operator holds is not committed before what it released is settled: %s', async (_, hold) => {
    const log = new CommittingLog(3);
    const works = new Works<unknown>();
    see(log.source.pipe(hold, stage(works.start, { capacity: 1 })));
    expect([works.begun.length, log.committed]).toEqual([1, 0]);
    await works.finish(works.begun[0], 0);
    expect(log.committed).toBeGreaterThan(0);
  });

  it('P3: shares the worse outcome of the array it went into', async () => {
    const log = new CommittingLog(6);
    const flow = log.source.pipe(
      bufferCount(3),
      stage((all: number[]) => (all.includes(0) ? failing() : all), { onFailure: 'deadLetter' }),
    );
    await run(flow);
    expect(log.told.filter((line) => line.endsWith('deadLettered'))).toHaveLength(3);
    expect(log.told.filter((line) => line.endsWith('deadLettered')).sort()).toEqual([
      '0 deadLettered',
      '1 deadLettered',
      '2 deadLettered',
    ]);
  });

  it.each<[string, OperatorFunction<number, unknown>]>([
    ['toArray', toArray()],
    ['bufferCount', bufferCount(5)],
  ])('P3: what %s released at the end is in flight, below a synchronous stage as well', (_, hold) => {
    const log = new CommittingLog(3);
    see(log.source.pipe(pass, hold, stage(never)));
    expect([log.told, log.committed]).toEqual([[], 0]);
  });

  it('P1: mergeMap to flows: a record is settled when the last record of its flow is', async () => {
    const log = new CommittingLog(2);
    const works = new Works<number>();
    const inner = (n: number) => fromPull([10 * n, 10 * n + 1]);
    see(log.source.pipe(mergeMap(inner), stage(works.start, { concurrency: 4, order: 'none' })));
    for (const n of [0, 10, 11]) await works.finish(n, n);
    expect([log.told, log.committed]).toEqual([['1 delivered'], 0]);
    await works.finish(1, 1);
    expect(log.committed).toBe(2);
  });

  it('P1: concatMap to a flow that filters all: the record is filtered, and in order', () => {
    const log = new CommittingLog(3);
    see(
      log.source.pipe(
        concatMap((n) => fromPull([n]).pipe(filter(() => n !== 1))),
        pass,
      ),
    );
    expect(log.told.sort()).toEqual(['0 delivered', '1 filtered', '2 delivered']);
  });

  it('P3: of what was filtered below a stage whose records have contexts of their own', async () => {
    const log = new CommittingLog(6);
    const works = new Works<unknown>();
    see(
      log.source.pipe(
        map((n) => n),
        keyGen({ keySelector: (n) => n, onDeadLetter: () => undefined }),
        filter((n) => n % 3 === 2),
        batch({ maxSize: 2 }),
        filter(() => true),
        stage(works.start),
      ),
    );
    expect([log.given, log.told]).toEqual([6, []]);
    const [both] = works.begun;
    await works.finish(both, both);
    expect(log.told.sort()).toEqual([
      '0 filtered',
      '1 filtered',
      '2 delivered',
      '3 filtered',
      '4 filtered',
      '5 delivered',
    ]);
    expect(log.committed).toBe(6);
  });

  it('P1: batch settles its members', async () => {
    const log = new CommittingLog(3);
    const works = new Works<number[], number>();
    see(log.source.pipe(batch({ maxSize: 3 }), stage(works.start)));
    expect(log.told).toEqual([]);
    await works.finish(works.begun[0]!, 0);
    expect([log.told.length, log.committed]).toEqual([3, 3]);
  });

  it('P3: take: what came after it was never given, what it let through is told', () => {
    const log = new CommittingLog();
    see(
      log.source.pipe(
        take(2),
        stage((n: number) => n, { capacity: 8 }),
      ),
    );
    expect([log.given, log.told.sort(), log.committed]).toEqual([2, ['0 delivered', '1 delivered'], 2]);
  });

  it('P3: the record at which the link failed is cancelled, and never committed', () => {
    const log = new CommittingLog(3);
    see(
      log.source.pipe(
        map((n) => (n === 1 ? failing() : n)),
        pass,
      ),
    );
    expect([log.told, log.committed]).toEqual([['0 delivered', '1 cancelled'], 1]);
  });

  it('P3: where the link fails, what an operator held is cancelled', () => {
    const log = new CommittingLog();
    const flow = log.source.pipe(
      bufferCount(5),
      mergeMap((all) => (all[0] === 0 ? of(all) : throwError(() => 'no'))),
      stage((all: number[]) => all),
    );
    see(flow);
    expect(log.committed).toBe(5);
    expect(log.told.slice(5)).toEqual(['5 cancelled', '6 cancelled', '7 cancelled', '8 cancelled', '9 cancelled']);
  });

  it.each([
    ['held by an operator', bufferCount<number>(9), never],
    ['waiting in an inbox', map((n: number) => [n]), never],
  ])('C9: by unsubscribing all that is %s is cancelled', (_, hold, work) => {
    const log = new CommittingLog(4);
    const stop = new Subject<void>();
    const { running } = see(log.source.pipe(takeUntil(stop), hold, stage(work, { capacity: 2 })));
    running.unsubscribe();
    expect(log.told.every((line) => line.endsWith('cancelled'))).toBe(true);
    expect(log.committed).toBe(0);
  });

  it('P3: the commit never passes what is in flight, in whatever order work ends', async () => {
    const log = new CommittingLog(60);
    const inFlight = new Set<number>();
    const works = new Works<number>();
    const start = (n: number) => {
      inFlight.add(n);
      return works.start(n);
    };
    see(
      log.source.pipe(
        filter((n) => n % 3 !== 0),
        stage(start, { capacity: 16, concurrency: 8, order: 'none' }),
      ),
    );
    for (let step = 0; inFlight.size > 0; step++) {
      const running = [...inFlight];
      const next = running[(step * 7) % running.length] ?? 0;
      inFlight.delete(next);
      await works.finish(next, next);
      for (const n of inFlight) expect(log.committed).toBeLessThanOrEqual(n);
    }
    expect(log.committed).toBe(60);
  });

  it('P4: does not make contexts for pipelines that come after it', () => {
    see(new CommittingLog(1).source.pipe(pass));
    let asked: boolean | undefined;
    new Flowable<number>((subscriber) => {
      asked = subscriber.account.witness !== null;
    }).subscribe();
    expect(asked).toBe(false);
  });

  it('P4: what it pushes outside its drain is not told', () => {
    const told: unknown[] = [];
    see(
      new Flowable<number>((subscriber) => {
        onSettled(subscriber, ({ origin }) => told.push(origin));
        subscriber.next(1);
        subscriber.complete();
      }),
    );
    expect(told).toEqual([]);
  });
});
