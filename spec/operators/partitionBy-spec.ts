import { describe, expect, it } from '@jest/globals';
import {
  catchError,
  concat,
  concatMap,
  EMPTY,
  filter,
  groupBy,
  map,
  merge,
  mergeMap,
  NEVER,
  of,
  retry,
  take,
  throwError,
  timer,
  type Observable,
} from 'rxjs';
import { hashKey } from '../../lib/control/hashKey.js';
import { Flowable } from '../../lib/credit/Flowable.js';
import { batch } from '../../lib/operators/batch.js';
import { partitionBy } from '../../lib/operators/partitionBy.js';
import { stage } from '../../lib/operators/stage.js';
import { withRecord } from '../../lib/operators/withRecord.js';
import { onSettled } from '../../lib/records/onSettled.js';
import { run } from '../../lib/sinks/run.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { gateway } from '../../lib/stages/gateway.js';
import { keyGen } from '../../lib/stages/keyGen.js';
import { FlowTestScheduler } from '../../lib/testing/FlowTestScheduler.js';
import { handFed } from '../../lib/testing/HandFed.js';
import { handGranted } from '../../lib/testing/HandGranted.js';
import { codeIn, messageIn, thrownBy } from '../credit/support/errors.js';
import { never } from '../credit/support/waiting.js';
import { numbers, see } from './support/seen.js';

/** Numbers are their own lane here: a key of each lane, found by trying. */
const keysOf = (lanes: number): number[] =>
  numbers(lanes).map((lane) => numbers(10_000).find((key) => (hashKey(key) as number) % lanes === lane) as number);
/** The remainder is the lane. */
const byRemainder = (lanes: number) => {
  const keys = keysOf(lanes);
  return (n: number) => keys[n % lanes];
};
const lanesOf = (lanes: number) => ({ lanes, keySelector: byRemainder(lanes) });

const errorIn = (seen: readonly unknown[]) => (seen.at(-1) as { error: unknown }).error;

describe('partitionBy', () => {
  it('C17: gives each lane the records of its keys, in their order, and makes one flow of the results', () => {
    const flow = fromPull(numbers(9)).pipe(
      partitionBy(lanesOf(3), (lane, index) => lane.pipe(map((n: number) => `${String(index)}:${String(n)}`))),
    );
    expect(see(flow).seen).toEqual(['0:0', '1:1', '2:2', '0:3', '1:4', '2:5', '0:6', '1:7', '2:8', '|']);
  });

  it('calls the function once for each lane, before the first record, and gives keys of one hash one lane', () => {
    const made: number[] = [];
    const lanes = new Map<string, Set<number>>();
    const keys = numbers(1000).map((n) => `key ${String(n % 50)}`);
    const flow = fromPull(() => {
      expect(made).toEqual(numbers(8));
      return keys;
    }).pipe(
      partitionBy({ lanes: 8, keySelector: (key: string) => key }, (lane, index) => {
        made.push(index);
        return lane.pipe(
          map((key) => {
            lanes.set(key, (lanes.get(key) ?? new Set()).add(index));
            return key;
          }),
        );
      }),
    );
    expect(see(flow).seen).toHaveLength(1001);
    expect([...lanes.values()].map(({ size }) => size)).toEqual(Array<number>(50).fill(1));
    expect(new Set([...lanes.values()].flatMap((set) => [...set])).size).toBe(8);
    expect([...lanes].every(([key, [lane]]) => lane === (hashKey(key) as number) % 8)).toBe(true);
  });

  it('C17: a slow lane holds nobody up before its queue is full, and then until it has room', () => {
    const source = handFed(numbers(99));
    const grants: (() => void)[] = [];
    const slow = stage((n: number) => new Promise<number>((resolve) => grants.push(() => resolve(n))), { capacity: 1 });
    const flow = source.pipe(
      partitionBy({ ...lanesOf(3), laneCapacity: 2 }, (lane, index) => (index === 0 ? lane.pipe(slow) : lane)),
    );
    const { seen } = see(flow);
    // Lane 0: one in its stage (0), two in its queue (3, 6), one at the head (9). All of the others before that one.
    expect(seen).toEqual([1, 2, 4, 5, 7, 8]);
    // Of the rest no more than the capacity.
    expect(source.delivered).toBeGreaterThan(9);
    expect(source.delivered).toBeLessThanOrEqual(7 + 6);
  });

  it('C17: goes on when the slow lane has room, record by record', async () => {
    await new FlowTestScheduler().run(({ expectFlow }) => {
      const flow = handFed(numbers(6).map(String)).pipe(
        map(Number),
        partitionBy({ ...lanesOf(2), laneCapacity: 1 }, (lane, index) =>
          index === 0 ? lane.pipe(stage((n: number) => timer(5).pipe(map(() => n)), { capacity: 1 })) : lane,
        ),
        map(String),
      );
      // 0 in work, 2 queued, 4 at the head: 5 behind it comes when 0 is done.
      expectFlow(flow).toEmit('(13)-(05)-2----(4|)');
    });
  });

  it('C1: takes in no more than its capacity, and a lane no more than laneCapacity', () => {
    const taken = (selector: (n: number) => unknown) => {
      const source = handFed(numbers(999));
      handGranted(
        source.pipe(
          partitionBy({ lanes: 4, keySelector: selector, laneCapacity: 3 }, (lane) =>
            lane.pipe(stage(never, { capacity: 2 })),
          ),
        ),
      );
      return source.delivered;
    };
    // Each lane: 2 in its stage and 3 in its queue.
    expect(taken(byRemainder(4))).toBe(4 * (2 + 3));
    // All in one: 2 in its stage, 3 in its queue, the rest behind them; 6 would have to be settled for another grant.
    expect(taken(() => 'one key')).toBe(12);
  });

  it('a lane without a stage waits for credit below, in turns with the others', () => {
    const sink = handGranted(
      fromPull(numbers(20)).pipe(partitionBy({ ...lanesOf(4), laneCapacity: 3 }, (lane) => lane)),
    );
    sink.grant(8);
    expect([...sink.received].sort()).toEqual(numbers(8));
    sink.grant(99);
    expect(sink.received).toHaveLength(20);
    expect(sink.ending).toEqual({ kind: 'complete' });
  });

  it('without keySelector the lane is the partition that keyGen gave; without keyGen it says what to write', async () => {
    const partitioned = (lanes: number) =>
      fromPull(numbers(100)).pipe(
        keyGen({
          keySelector: (n: number) => n,
          numberOfPartitions: 6,
          enableLoadAwareness: false,
          onDeadLetter: () => undefined,
        }),
        partitionBy({ lanes }, (lane, index) =>
          lane.pipe(stage((n: number, { record }) => [(record.partition as number) % lanes === index, n] as const)),
        ),
      );
    for (const lanes of [6, 4, 1]) {
      const { seen } = see(partitioned(lanes));
      expect(seen).toHaveLength(101);
      expect(seen.slice(0, -1).every((each) => (each as [boolean])[0])).toBe(true);
    }
    const shown = fromPull(numbers(20)).pipe(
      keyGen({ keySelector: (n: number) => n, numberOfPartitions: 6, onDeadLetter: () => undefined }),
      partitionBy({ lanes: 6 }, (lane, index) =>
        lane.pipe(
          map((n) => n + 100),
          withRecord(),
          map(({ record, value }) => record.partition === index && (record.origin as number) + 100 === value),
        ),
      ),
    );
    expect(see(shown).seen).toEqual([...Array<boolean>(20).fill(true), '|']);
    const error = errorIn(see(fromPull([1]).pipe(partitionBy({ lanes: 2 }, (lane) => lane))).seen);
    expect([codeIn(error), messageIn(error)]).toEqual([
      'KEY',
      `stage 'partitionBy': the record has no partition; put keyGen above this stage, or give keySelector: (value) => key`,
    ]);
  });

  it('a key selector that throws, or gives no key, fails the stream or makes a dead letter', async () => {
    const keySelector = (n: number) => {
      if (n === 1) throw new Error('no key');
      return n === 2 ? {} : n;
    };
    const { seen } = see(fromPull(numbers(4)).pipe(partitionBy({ lanes: 2, keySelector }, (lane) => lane)));
    expect([seen[0], codeIn(errorIn(seen))]).toEqual([0, 'KEY']);
    const kept = fromPull(numbers(4)).pipe(
      partitionBy({ lanes: 2, keySelector, onFailure: 'deadLetter' }, (lane) => lane),
    );
    expect(String(await run(kept))).toMatch(/^in 4 = delivered 2 \+ deadLettered 2 \(KEY 2\)/);
    expect(codeIn(errorIn(see(kept).seen))).toBe('NO_DEAD_LETTERS');
  });

  it('C10: completes when every lane has done its work, and an error of the source comes behind it', async () => {
    const slow = (source: Observable<number>) =>
      source.pipe(
        partitionBy(lanesOf(2), (lane) => lane.pipe(stage((n: number) => timer(n).pipe(map(() => n))))),
        map(String),
      );
    await new FlowTestScheduler().run(({ expectFlow }) => {
      expectFlow(slow(fromPull([2, 1]))).toEmit('-1(2|)');
      const failing = concat(
        fromPull([2, 1]),
        throwError(() => 'source'),
      );
      expectFlow(slow(failing)).toEmit('-1(2#)', undefined, 'source');
    });
  });

  it('a lane that fails fails the whole at once, and the others are let go', async () => {
    const flow = fromPull(numbers(100)).pipe(
      partitionBy(lanesOf(4), (lane, index) =>
        lane.pipe(
          stage((n: number) => {
            if (index === 3 && n > 50) throw new Error(`lane ${String(index)}`);
            return index === 2 ? never() : n;
          }),
        ),
      ),
    );
    const report = await run(flow).catch((error: unknown) => (error as { report: unknown }).report);
    const { in: entered, delivered, cancelled, inFlight } = report as Record<string, number>;
    expect(entered).toBe((delivered as number) + (cancelled as number));
    expect(inFlight).toBe(0);
    expect(codeIn(errorIn(see(fromPull([1]).pipe(partitionBy(lanesOf(2), () => 5 as never))).seen))).toBe('OPTION');
  });

  it('a lane that ends by itself takes no more: what comes for it is filtered, and the others go on', async () => {
    const flow = fromPull(numbers(20)).pipe(
      partitionBy(lanesOf(2), (lane, index) => (index === 0 ? lane.pipe(take(3)) : lane)),
    );
    expect(String(await run(flow))).toMatch(/^in 20 = delivered 13 \+ filtered 7 ·/);
    const none = handFed(numbers(99));
    expect(see(none.pipe(partitionBy(lanesOf(2), () => EMPTY))).seen).toEqual(['|']);
    expect(see(none.pipe(partitionBy(lanesOf(2), (lane) => lane.pipe(take(1))))).seen).toEqual([0, 1, '|']);
    expect(none.subscribed).toBe(false);
  });

  it('retry in a lane subscribes it again, and it goes on with what waits', async () => {
    let failures = 0;
    const flow = fromPull(numbers(10)).pipe(
      partitionBy({ ...lanesOf(2), laneCapacity: 9 }, (lane, index) =>
        lane.pipe(
          map((n: number) => {
            if (index === 0 && n === 4 && failures++ === 0) throw new Error('once');
            return n;
          }),
          retry({ delay: () => timer(1) }),
        ),
      ),
      stage((n: number) => n),
    );
    const report = await run(flow);
    expect([failures, report.delivered, report.cancelled, report.in]).toEqual([1, 9, 1, 10]);
  });

  it('catchError in a lane, and a lane that is subscribed later', () => {
    const flow = fromPull(numbers(6)).pipe(
      partitionBy(lanesOf(2), (lane, index) =>
        lane.pipe(
          map((n: number) => {
            if (n === 2) throw new Error('two');
            return n;
          }),
          catchError(() => (index === 0 ? of(-1) : NEVER)),
        ),
      ),
    );
    expect(see(flow).seen).toEqual([0, 1, -1, 3, 5, '|']);
  });

  it('C15: is what the faults of groupBy tell to write, for groups as records and for a stage in each group', () => {
    const byThree = groupBy((n: number) => n % 3);
    const source = () => fromPull(numbers(30));
    const refused = [
      source().pipe(
        byThree,
        stage((group) => group),
      ),
      source().pipe(
        byThree,
        mergeMap((group) => group.pipe(stage((n) => n))),
        stage((n) => n),
      ),
    ].map((flow) => errorIn(see(flow).seen));
    expect(refused.map(codeIn)).toEqual(['NESTED_OBSERVABLE', 'CUT_LINK']);
    expect(refused.every((error) => messageIn(error).includes('partitionBy'))).toBe(true);
    const instead = source().pipe(
      partitionBy(lanesOf(3), (lane) => lane.pipe(stage((n: number) => n))),
      stage((n: number) => n),
    );
    expect(see(instead).seen).toEqual([...numbers(30), '|']);
  });

  it('a lane can be subscribed once at a time', () => {
    const { seen } = see(fromPull([1]).pipe(partitionBy(lanesOf(2), (lane) => merge(lane, lane))));
    expect(codeIn(errorIn(seen))).toBe('OPTION');
    expect(messageIn(errorIn(seen))).toContain('lane 0 is subscribed twice at the same time');
  });

  it('C9: releases lanes, source and what they hold', async () => {
    const stop = new AbortController();
    const source = handFed(numbers(99));
    const report = run(
      source.pipe(partitionBy({ ...lanesOf(3), laneCapacity: 2 }, (lane) => lane.pipe(stage(never, { capacity: 1 })))),
      { signal: stop.signal, drainMs: 0 },
    );
    stop.abort();
    expect(String(await report)).toMatch(/^in 9 = delivered 0 \+ cancelled 9 /);
    expect(source.subscribed).toBe(false);
  });

  it('P1: contexts travel through lanes, for a ledger and for a source that commits', async () => {
    const flow = fromPull(numbers(30)).pipe(
      partitionBy(lanesOf(3), (lane, index) =>
        lane.pipe(
          filter((n: number) => index !== 1 || n % 2 === 0),
          stage(
            (n: number) => {
              if (n === 12) throw new Error('twelve');
              return n;
            },
            { name: 'work', onFailure: 'deadLetter' },
          ),
          concatMap((n) => fromPull([n, n])),
        ),
      ),
      stage((n: number) => n, { name: 'last' }),
    );
    const report = await run(flow);
    expect(String(report)).toMatch(/^in 30 = delivered 24 \+ filtered 5 \+ deadLettered 1 \(FAILED 1\)/);
    expect(report.stages.map(({ stage: name, arrived }) => [name, arrived])).toEqual([
      ['partitionBy', 30],
      ['work', 25],
      ['last', 48],
    ]);

    const settled: [unknown, string][] = [];
    const log = new Flowable<number>((subscriber) => {
      let n = 0;
      onSettled(subscriber, (record) => settled.push([record.origin, record.outcome]));
      subscriber.onDemand(() => {
        while (subscriber.balance > 0 && n < 6) subscriber.next(n++);
        if (n === 6) subscriber.complete();
      });
    });
    const lanes = partitionBy(lanesOf(2), (lane: Observable<number>, index) =>
      lane.pipe(
        filter((x) => x !== 3),
        stage((x) => timer(index).pipe(map(() => x))),
      ),
    );
    await new Promise<void>((done) => log.pipe(lanes).subscribe({ complete: done }));
    expect(settled.map(([origin, outcome]) => `${String(origin)} ${outcome}`).sort()).toEqual([
      '0 delivered',
      '1 delivered',
      '2 delivered',
      '3 filtered',
      '4 delivered',
      '5 delivered',
    ]);
  });

  it('a batch in a lane is full with its share of what a gateway lets on its way', async () => {
    const flow = fromPull(numbers(100)).pipe(
      gateway({ maxConcurrentRequests: 9 }),
      partitionBy(lanesOf(4), (lane) => lane.pipe(batch({ maxSize: 50 }))),
    );
    expect(String(await run(flow))).toMatch(/^in 100 = delivered 100 /);
  });

  it('C5: a thousand of them in a row, and lanes of many stages, need no more stack', () => {
    const many = numbers(1000).reduce<Observable<number>>(
      (flow) => flow.pipe(partitionBy(lanesOf(1), (lane) => lane.pipe(stage((n: number) => n)))),
      fromPull(numbers(20)),
    );
    expect(see(many).seen).toEqual([...numbers(20), '|']);
    const long = fromPull(numbers(20)).pipe(
      partitionBy(lanesOf(2), (lane) =>
        numbers(1500).reduce<Observable<number>>((flow) => flow.pipe(stage((n: number) => n)), lane),
      ),
    );
    expect(see(long).seen).toHaveLength(21);
  });

  it.each([undefined, null, 1, 'lane', {}])('is refused a project that is no function: %p', (project) => {
    const error = thrownBy(() => partitionBy({ lanes: 2 }, project as never));
    expect([codeIn(error), messageIn(error).startsWith('partitionBy: project is')]).toEqual(['OPTION', true]);
  });
});
