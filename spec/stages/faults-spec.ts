import { describe, expect, it } from '@jest/globals';
import { asyncScheduler, NEVER, repeat, retry, tap, type OperatorFunction } from 'rxjs';
import { PipelineBackPressureController } from '../../lib/control/PipelineBackPressureController.js';
import type { Destination } from '../../lib/destinations/Destination.js';
import { control } from '../../lib/operators/control.js';
import { stage } from '../../lib/operators/stage.js';
import { run } from '../../lib/sinks/run.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { asyncEgress } from '../../lib/stages/asyncEgress.js';
import { finalSink } from '../../lib/stages/finalSink.js';
import { gateway } from '../../lib/stages/gateway.js';
import { ingressProcessing } from '../../lib/stages/ingressProcessing.js';
import { keyGen } from '../../lib/stages/keyGen.js';
import { FlowTestScheduler } from '../../lib/testing/index.js';
import { numbers, see } from '../operators/support/seen.js';

interface Row {
  readonly key: string;
  readonly n: number;
}

const pause = (ms: number) => new Promise<void>((later) => asyncScheduler.schedule(() => later(), ms));

/** A destination that remembers what it was given, and how often it was opened and closed. */
class Store<T> implements Destination<T> {
  readonly name = 'store';
  readonly rows: T[] = [];
  opened = 0;
  closed = 0;

  open(): void {
    this.opened++;
  }

  async write(requests: Parameters<Destination<T>['write']>[0]) {
    await pause(1);
    this.rows.push(...requests.map(({ value }) => value));
    return requests.map(({ id }) => ({ id, ok: true as const }));
  }

  close(): void {
    this.closed++;
  }
}

/** The five, each with a few places. */
function five<T>(store: Destination<T>, process: (value: T) => T | Promise<T>, key: (value: T) => unknown) {
  return (source: Parameters<OperatorFunction<T, T>>[0]) =>
    source.pipe(
      gateway<T>({ maxConcurrentRequests: 6, capacity: 4 }),
      keyGen<T>({ keySelector: key, numberOfPartitions: 3, capacity: 4 }),
      ingressProcessing<T>({ validate: () => true, capacity: 4 }),
      asyncEgress<T, T | Promise<T>>({ process, order: 'perKey', maxAttempts: 1, capacity: 8 }) as OperatorFunction<
        T,
        T
      >,
      finalSink<T>({ destination: store, batch: { maxSize: 3, maxWaitMs: 5 }, capacity: 8 }),
    );
}

const orderPerKey = (rows: readonly Row[]): boolean => {
  const last = new Map<string, number>();
  return rows.every(({ key, n }) => n > (last.get(key) ?? -1) && last.set(key, n));
};

describe('keys', () => {
  it.each([
    ['names of Object', ['__proto__', 'constructor', 'toString', '']],
    ['lone surrogates, which are no text', ['\ud800', '\udbff', '\udc00', '\ufffd']],
  ])('%s: each keeps its order, and nothing is lost', async (_name, keys) => {
    const rows = numbers(80).map((n) => ({ key: keys[n % keys.length] ?? '', n }));
    await new FlowTestScheduler().run(async () => {
      const store = new Store<Row>();
      const process = async (row: Row) => {
        await pause(1 + ((row.n * 7) % 5));
        return row;
      };
      const report = await run(fromPull(rows).pipe(five(store, process, ({ key }) => key)));
      expect(report).toMatchObject({ in: 80, delivered: 80, inFlight: 0 });
      expect(store.rows).toHaveLength(80);
      expect(orderPerKey(store.rows)).toBe(true);
      expect(new Set(store.rows.map(({ key }) => key)).size).toBe(4);
    });
  });

  it('of a dead letter and of a stage named __proto__', async () => {
    const controller = new PipelineBackPressureController({ logger: 'off' });
    const rejects = stage<string, never>(
      () => {
        throw new Error('no');
      },
      { name: '__proto__', onFailure: 'deadLetter' },
    );
    const keyed = keyGen<string>({ keySelector: (key) => key });
    const report = await run(fromPull(['__proto__', '\ud800']).pipe(keyed, rejects, control(controller)));
    expect(report.deadLetters.map(({ key }) => key)).toEqual(['__proto__', '\ud800']);
    expect(Object.entries(controller.deadLetters.summary())).toEqual([['__proto__', { FAILED: 2 }]]);
    const { running } = see(
      fromPull([1]).pipe(
        stage(() => NEVER, { name: '__proto__' }),
        control(controller),
      ),
    );
    expect(Object.keys(controller.getPipelineStatus().stageStatuses)).toEqual(['__proto__']);
    running.unsubscribe();
  });

  it('all traffic on one: in order, one at a time, and to the end, also where its group may move', async () => {
    await new FlowTestScheduler().run(async () => {
      let busy = 0;
      let most = 0;
      const seen: number[] = [];
      const report = await run(
        fromPull(numbers(1500)).pipe(
          keyGen({ keySelector: () => 'all', numberOfPartitions: 4, loadImbalanceThreshold: 1 }),
          asyncEgress({
            process: async (n) => {
              most = Math.max(most, ++busy);
              await pause(1);
              busy--;
              seen.push(n);
            },
            order: 'perKey',
          }),
        ),
      );
      expect(report).toMatchObject({ in: 1500, delivered: 1500, inFlight: 0 });
      expect(most).toBe(1);
      expect(seen).toEqual(numbers(1500));
    });
  });
});

describe('a service that fails every call, and recovers', () => {
  it('is critical, then healthy, and no record is lost', async () => {
    await new FlowTestScheduler().run(async ({ advance }) => {
      const controller = new PipelineBackPressureController({ logger: 'off', monitoringIntervalMs: 100 });
      let isUp = false;
      const store = new Store<number>();
      const call = async (n: number) => {
        await pause(10);
        if (!isUp) throw new Error('503');
        return n;
      };
      const report = run(
        fromPull(async function* () {
          for (let n = 0; n < 300; n++) {
            await pause(20);
            yield n;
          }
          await pause(60_000);
        }).pipe(
          five(store, call, (n) => n),
          control(controller),
        ),
      );
      await advance(3000);
      const { health, stageStatuses } = controller.getPipelineStatus();
      expect([health, stageStatuses['asyncEgress']?.errorRate]).toEqual(['critical', 1]);
      isUp = true;
      await advance(50_000);
      expect(controller.getPipelineStatus()).toMatchObject({ health: 'healthy', healthLabel: '✅ HEALTHY' });
      const { in: taken, delivered, deadLettered, inFlight } = await report;
      expect([taken, delivered + deadLettered, inFlight]).toEqual([300, 300, 0]);
      expect(deadLettered).toBeGreaterThan(0);
      expect([store.rows.length, controller.deadLetters.size]).toEqual([delivered, deadLettered]);
    });
  });
});

describe('a controller that is closed while its pipelines run', () => {
  it('frees what it delayed, keeps the letters, and the pipelines go on to their end', async () => {
    const scheduler = new FlowTestScheduler();
    await scheduler.run(async ({ advance }) => {
      const controller = new PipelineBackPressureController({ logger: 'off', throttle: () => 60_000 });
      const store = new Store<number>();
      const call = async (n: number) => {
        await pause(5);
        if (n % 10 === 3) throw new Error('no');
        return n;
      };
      const report = run(
        fromPull(numbers(200)).pipe(
          five(store, call, (n) => n),
          control(controller),
        ),
      );
      await advance(20);
      let streams = 0;
      controller.pressure$.subscribe({ complete: () => streams++ });
      controller.status$.subscribe({ complete: () => streams++ });
      controller.close();
      expect(streams).toBe(2);
      expect(await report).toMatchObject({ in: 200, delivered: 180, deadLettered: 20, inFlight: 0 });
      expect([controller.deadLetters.size, store.rows.length, store.closed]).toEqual([20, 180, 1]);
    });
    expect(scheduler.pending).toBe(0);
  });
});

describe('the same names in a thousand pipelines at once under one controller', () => {
  it('each has its own records, and nothing is left of any', async () => {
    const controller = new PipelineBackPressureController({ logger: 'off' });
    const reports = await Promise.all(
      numbers(1000).map((p) =>
        run(
          fromPull(numbers(5)).pipe(
            keyGen({ keySelector: (n) => `${String(p)} ${String(n)}` }),
            asyncEgress({
              process: async (n) => {
                await Promise.resolve();
                if (n === p % 5) throw new Error('no');
              },
              order: 'perPartition',
              maxAttempts: 1,
            }),
            control(controller),
          ),
        ),
      ),
    );
    for (const report of reports) expect(report).toMatchObject({ in: 5, delivered: 4, deadLettered: 1, inFlight: 0 });
    expect(controller.deadLetters.summary()).toEqual({ asyncEgress: { EXHAUSTED: 1000 } });
    expect(controller.ledger()).toMatchObject({ in: 5000, delivered: 4000, deadLettered: 1000, inFlight: 0 });
    const { stageStatuses, partitions, overallPressureLevel } = controller.getPipelineStatus();
    expect([Object.keys(stageStatuses), partitions, overallPressureLevel]).toEqual([[], [], 0]);
  });
});

describe('around the whole pipeline', () => {
  it('repeat: the destination is opened and closed each time, and every round is in the books', async () => {
    const scheduler = new FlowTestScheduler();
    await scheduler.run(async () => {
      const controller = new PipelineBackPressureController({ logger: 'off' });
      const store = new Store<number>();
      const rows = fromPull(() => numbers(20)).pipe(
        five(
          store,
          (n) => n,
          (n) => n % 4,
        ),
      );
      const report = await run(rows.pipe(repeat(3), control(controller)));
      expect(report).toMatchObject({ in: 60, delivered: 60, inFlight: 0 });
      expect([store.opened, store.closed, store.rows.length]).toEqual([3, 3, 60]);
      expect(controller.getPipelineStatus().stageStatuses).toEqual({});
    });
    expect(scheduler.pending).toBe(0);
  });

  it('retry: at least once, the failed attempt leaves nothing behind, and the last one ends it', async () => {
    const scheduler = new FlowTestScheduler();
    await scheduler.run(async () => {
      const controller = new PipelineBackPressureController({ logger: 'off' });
      const store = new Store<number>();
      let attempts = 0;
      const fails = tap((n: number) => {
        if (n === 7 && ++attempts < 3) throw new Error('the link broke');
      });
      const rows = fromPull(() => numbers(20)).pipe(
        five(
          store,
          (n) => n,
          (n) => n % 4,
        ),
        fails,
      );
      const report = await run(rows.pipe(retry(2), control(controller)));
      expect(report.in).toBe(report.delivered + report.cancelled);
      expect([report.inFlight, report.deadLettered, attempts]).toEqual([0, 0, 3]);
      expect(new Set(store.rows)).toEqual(new Set(numbers(20)));
      expect([store.opened, store.closed]).toEqual([3, 3]);
      expect(controller.getPipelineStatus().stageStatuses).toEqual({});
    });
    expect(scheduler.pending).toBe(0);
  });
});
