import { describe, expect, it } from '@jest/globals';
import { map, timer, type OperatorFunction } from 'rxjs';
import { hashKey } from '../../lib/control/hashKey.js';
import { PipelineBackPressureController } from '../../lib/control/PipelineBackPressureController.js';
import type { PipelineStatus } from '../../lib/control/status.js';
import { callbackDestination } from '../../lib/destinations/callbackDestination.js';
import { batch } from '../../lib/operators/batch.js';
import { control } from '../../lib/operators/control.js';
import { run } from '../../lib/sinks/run.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { asyncEgress } from '../../lib/stages/asyncEgress.js';
import { finalSink } from '../../lib/stages/finalSink.js';
import { keyGen, type KeyGenOptions } from '../../lib/stages/keyGen.js';
import { FlowTestScheduler } from '../../lib/testing/FlowTestScheduler.js';
import { numbers } from '../operators/support/seen.js';

const PARTITIONS = 4;
const GROUPS = 1024;
const groupOf = (key: string): number => (hashKey(key) ?? 0) % GROUPS;
const partitionOf = (key: string): number => Math.floor((groupOf(key) * PARTITIONS) / GROUPS);

/** Two keys of different groups that fall into one partition. */
const one = 'hot 0';
const other =
  numbers(100)
    .map((n) => `hot ${String(n)}`)
    .find((key) => partitionOf(key) === partitionOf(one) && groupOf(key) !== groupOf(one)) ?? '';

interface Row {
  readonly key: string;
  readonly n: number;
}

/** What comes through in four virtual seconds where each record costs its partition 1 ms. */
async function fourSeconds(keyOf: (n: number) => string, options: Partial<KeyGenOptions<Row>>) {
  return new FlowTestScheduler().run(async ({ advance }) => {
    const controller = new PipelineBackPressureController();
    const last = new Map<string, number>();
    const statuses: PipelineStatus[] = [];
    let goodput = 0;
    let overtakings = 0;
    function* endless(): Generator<Row> {
      for (let n = 0; ; n++) yield { key: keyOf(n), n };
    }
    const running = fromPull(endless())
      .pipe(
        keyGen<Row>({ keySelector: ({ key }) => key, numberOfPartitions: PARTITIONS, keyGroups: GROUPS, ...options }),
        asyncEgress({ process: (row: Row) => timer(1).pipe(map(() => row)), order: 'perPartition' }),
        control(controller),
      )
      .subscribe(({ key, n }) => {
        goodput++;
        if (n <= (last.get(key) ?? -1)) overtakings++;
        last.set(key, n);
      });
    controller.status$.subscribe((status) => statuses.push(status));
    await advance(4000);
    const { partitionMoves, partitions } = controller.getPipelineStatus();
    running.unsubscribe();
    controller.close();
    return {
      goodput,
      overtakings,
      moves: partitionMoves,
      busyPartitions: partitions.filter(({ inFlight }) => inFlight > 0).length,
      seenMoves: statuses.map((status) => status.partitionMoves),
    };
  });
}

describe('load awareness', () => {
  const hot = (n: number) => (n % 2 === 0 ? one : other);

  it('two hot keys in one partition: at least 1.7 times the goodput, in order, and the moves are in the status', async () => {
    expect([partitionOf(one), other]).toEqual([partitionOf(other), expect.stringContaining('hot')]);
    const without = await fourSeconds(hot, { enableLoadAwareness: false });
    expect(without).toMatchObject({ goodput: 4000, overtakings: 0, moves: 0, busyPartitions: 1 });
    const aware = await fourSeconds(hot, {});
    expect(aware.goodput / without.goodput).toBeGreaterThanOrEqual(1.7);
    expect(aware).toMatchObject({ overtakings: 0, moves: 1, busyPartitions: 2 });
    expect(aware.seenMoves.at(-1)).toBe(1);
  });

  it('the same among many cold keys, whose order holds as well', async () => {
    const keyOf = (n: number) => (n % 10 < 8 ? hot(n) : `cold ${String(n % 997)}`);
    const without = await fourSeconds(keyOf, { enableLoadAwareness: false });
    const aware = await fourSeconds(keyOf, {});
    expect(aware.goodput / without.goodput).toBeGreaterThanOrEqual(1.7);
    expect([aware.overtakings, without.overtakings, without.moves]).toEqual([0, 0, 0]);
    expect(aware.moves).toBeGreaterThan(0);
  });

  it('a single hot key never moves: there is nothing to win', async () => {
    const alone = await fourSeconds(() => one, {});
    expect(alone).toMatchObject({ goodput: 4000, overtakings: 0, moves: 0 });
  });

  it('under a controller the threshold is that of keyGen', async () => {
    expect(await fourSeconds(hot, { loadImbalanceThreshold: 1000 })).toMatchObject({ moves: 0, busyPartitions: 1 });
  });
});

describe('a heavy key that is about to move', () => {
  it.each<[string, () => OperatorFunction<Row, unknown>]>([
    ['batch', () => batch({ maxSize: 700 })],
    [
      'finalSink',
      () =>
        finalSink({ destination: callbackDestination<Row>(() => undefined), batch: { maxSize: 700 }, capacity: 1400 }),
    ],
  ])(
    'is not waited for longer than a second without progress: a %s below waits for more of it',
    async (_name, below) => {
      const scheduler = new FlowTestScheduler();
      await scheduler.run(async ({ advance }) => {
        const rows = numbers(4000).map((n) => ({ key: n % 2 === 0 ? one : other, n }));
        const keyed = keyGen<Row>({ keySelector: ({ key }) => key, numberOfPartitions: PARTITIONS, capacity: 2000 });
        const report = run(
          fromPull(rows).pipe(
            keyed,
            below(),
            map((all) => all),
          ),
        );
        let isOver = false;
        void report.then(() => (isOver = true));
        await advance(999);
        expect(isOver).toBe(false);
        await advance(1);
        expect(isOver).toBe(true);
        expect(await report).toMatchObject({ in: 4000, delivered: 4000, inFlight: 0 });
      });
      expect(scheduler.pending).toBe(0);
    },
  );

  it('C9: unsubscribed while it waits it leaves no timer', async () => {
    const scheduler = new FlowTestScheduler();
    await scheduler.run(async ({ advance }) => {
      const rows = numbers(4000).map((n) => ({ key: n % 2 === 0 ? one : other, n }));
      const keyed = keyGen<Row>({
        keySelector: ({ key }) => key,
        numberOfPartitions: PARTITIONS,
        capacity: 2000,
        onDeadLetter: () => undefined,
      });
      const running = fromPull(rows)
        .pipe(keyed, batch({ maxSize: 700 }))
        .subscribe();
      await advance(10);
      expect(scheduler.pending).toBe(1);
      running.unsubscribe();
      expect(scheduler.pending).toBe(0);
    });
  });
});
