import { describe, expect, it } from '@jest/globals';
import {
  concatMap,
  EMPTY,
  filter,
  NEVER,
  Subject,
  VirtualTimeScheduler,
  type Observable,
  type ObservableInput,
  type OperatorFunction,
} from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { sharedLimit } from '../../lib/control/ConcurrencyLimit.js';
import { PipelineBackPressureController } from '../../lib/control/PipelineBackPressureController.js';
import { callbackDestination } from '../../lib/destinations/callbackDestination.js';
import { batch } from '../../lib/operators/batch.js';
import { control } from '../../lib/operators/control.js';
import { stage } from '../../lib/operators/stage.js';
import type { RecordContext } from '../../lib/records/RecordContext.js';
import { run } from '../../lib/sinks/run.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { asyncEgress } from '../../lib/stages/asyncEgress.js';
import { finalSink } from '../../lib/stages/finalSink.js';
import { gateway, GATEWAY_OPTIONS, type GatewayOptions } from '../../lib/stages/gateway.js';
import { FlowTestScheduler } from '../../lib/testing/FlowTestScheduler.js';
import { handFed } from '../../lib/testing/HandFed.js';
import { handGranted } from '../../lib/testing/HandGranted.js';
import { HandLog } from '../control/support/HandLog.js';
import { everyOption } from '../options/everyOption.js';
import { numbers, see } from '../operators/support/seen.js';
import { Works } from '../operators/support/Works.js';

const marbles = (test: Parameters<TestScheduler['run']>[0]) =>
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(test);

/** How many of so many records pass at once. */
function passing(options: GatewayOptions, length = 500): number {
  const { seen, running } = see(
    fromPull(numbers(length)).pipe(gateway({ ...options, scheduler: new VirtualTimeScheduler() })),
  );
  running.unsubscribe();
  return seen.filter((value) => typeof value === 'number').length;
}

describe('gateway', () => {
  it('without limits hands on everything, in order', () => {
    expect(see(fromPull(numbers(1000)).pipe(gateway())).seen).toEqual([...numbers(1000), '|']);
  });

  it('keeps the rate to the frame: a burst, then one token every 10 ms', () => {
    marbles(({ expectObservable }) => {
      const source = fromPull(['a', 'b', 'c', 'd']);
      const limited = source.pipe(gateway({ maxRequestsPerSecond: 100, burst: 2 }));
      expectObservable(limited).toBe('(ab)------c---------(d|)');
    });
  });

  it('no more records are unsettled in the whole pipeline than maxConcurrentRequests', async () => {
    const works = new Works<number>();
    const pipeline = fromPull(numbers(9)).pipe(
      gateway({ maxConcurrentRequests: 3 }),
      stage(works.start, { concurrency: 9 }),
    );
    const report = run(pipeline);
    expect(works.begun).toHaveLength(3);
    for (const n of numbers(9)) await works.finish(n, n);
    expect((await report).delivered).toBe(9);
  });

  it('P2: a record that a filter drops gives its place back at once', async () => {
    const limited = gateway<number>({ maxConcurrentRequests: 1 });
    const odd = filter((n: number) => n % 2 === 1);
    const report = await run(
      fromPull(numbers(100)).pipe(
        limited,
        odd,
        stage(async (n: number) => n),
      ),
    );
    expect(report).toMatchObject({ filtered: 50, delivered: 50 });
  });

  it.each<[string, (file: number) => ObservableInput<number>]>([
    ['an array', (file: number) => numbers(4).map((row) => 10 * file + row)],
    ['a flow', (file: number) => fromPull(numbers(4).map((row) => 10 * file + row))],
  ])('P1: what comes of one record by %s has places of its own, and all of it goes through', async (_name, rows) => {
    const works = new Works<number>();
    const report = run(
      fromPull(numbers(2)).pipe(
        concatMap(rows),
        gateway({ maxConcurrentRequests: 2 }),
        stage(works.start, { concurrency: 9 }),
      ),
    );
    for (const n of [0, 1, 2, 3, 10, 11, 12, 13]) {
      expect(works.active).toBe(n === 13 ? 1 : 2);
      await works.finish(n, n);
    }
    expect(await report).toMatchObject({ in: 2, delivered: 2, inFlight: 0 });
  });

  it('C6b: a place that comes free in a teardown is taken when that is over', () => {
    const log: string[] = [];
    const source = handFed<number>();
    const flows = [handFed<string>(), handFed<string>()];
    source
      .pipe(
        gateway({ maxConcurrentRequests: 1 }),
        concatMap((n) => {
          log.push(`opens ${String(n)}`);
          return flows[n] ?? EMPTY;
        }),
        stage((row: string) => row),
      )
      .subscribe({ next: (row) => log.push(row), error: (error: Error) => log.push(error.message) });
    source.send(0, 1);
    source.error(new Error('down'));
    flows[0]?.send('a');
    flows[0]?.complete();
    expect(log).toEqual(['opens 0', 'a', 'opens 1', 'down']);
  });

  it('a sharedLimit bounds several pipelines together, and wakes the one that waits', async () => {
    const works = new Works<string>();
    const shared = sharedLimit(2);
    const pipeline = (name: string) =>
      run(
        fromPull([`${name}1`, `${name}2`]).pipe(
          gateway({ maxConcurrentRequests: shared }),
          stage(works.start, { concurrency: 2 }),
        ),
      );
    const reports = [pipeline('a'), pipeline('b')];
    expect(works.begun).toEqual(['a1', 'a2']);
    await works.finish('a1', '');
    expect(works.begun).toEqual(['a1', 'a2', 'b1']);
    for (const name of ['a2', 'b1', 'b2']) await works.finish(name, '');
    expect((await Promise.all(reports)).map(({ delivered }) => delivered)).toEqual([2, 2]);
    expect(shared.inUse).toBe(0);
  });

  it('C9: unsubscribing leaves no timer and frees the places', () => {
    const scheduler = new VirtualTimeScheduler();
    const shared = sharedLimit(5);
    const limits = { maxRequestsPerSecond: 1, burst: 1, maxConcurrentRequests: shared, scheduler };
    const { running } = see(
      fromPull(numbers(9)).pipe(
        gateway(limits),
        stage(() => NEVER),
      ),
    );
    expect([scheduler.actions.length, shared.inUse]).toEqual([1, 1]);
    running.unsubscribe();
    expect([scheduler.actions.length, shared.inUse]).toEqual([0, 0]);
  });

  it('C8: a shed push is rejected with SHED and says when to come again', async () => {
    const pushes = new Subject<number>();
    const scheduler = new VirtualTimeScheduler();
    const report = run(
      pushes.pipe(gateway({ maxRequestsPerSecond: 10, burst: 1, capacity: 2, overflow: 'reject', scheduler })),
    );
    for (const n of numbers(6)) pushes.next(n);
    pushes.complete();
    scheduler.flush();
    expect(await report).toMatchObject({ in: 6, delivered: 3, rejected: 3, codes: { rejected: { SHED: 3 } } });
  });

  it.each([
    [{ maxRequestsPerSecond: 0 }, 'maxRequestsPerSecond'],
    [{ maxRequestsPerSecond: NaN }, 'maxRequestsPerSecond'],
    [{ maxConcurrentRequests: 1.5 }, 'maxConcurrentRequests'],
    [{ earlyThrottleAt: 1 }, 'earlyThrottleAt'],
    [{ burst: -1 }, 'burst'],
    [{ maxRequestPerSecond: 1 }, 'maxRequestPerSecond'],
  ])('refuses %j, naming the option', (options, name) => {
    expect(() => gateway(options as GatewayOptions)).toThrow(new RegExp(name));
  });
});

describe('a gateway whose limit starves a stage below', () => {
  const work = (concurrency: number, name = 'work') => stage((n: number) => n, { concurrency, name });

  /** What is told when the pipeline is subscribed: to the option, and as lines of the log. */
  function told(
    maxConcurrentRequests: GatewayOptions['maxConcurrentRequests'],
    below: OperatorFunction<number, unknown>,
  ) {
    const heard: unknown[] = [];
    const log = new HandLog();
    const controller = new PipelineBackPressureController({ scheduler: new VirtualTimeScheduler(), logger: log });
    const limited = gateway<number>({ maxConcurrentRequests, onStarved: (starved) => heard.push(starved) });
    const { running } = see(NEVER.pipe(limited, below, control(controller)));
    running.unsubscribe();
    return { heard, lines: log.about('starved') };
  }

  it('of its concurrency: told once, and one warning', () => {
    const { heard, lines } = told(10, work(20));
    expect(heard).toEqual([[{ stage: 'work', option: 'concurrency', wanted: 20, limit: 10 }]]);
    expect(lines).toEqual([
      [
        'warn',
        `sluice: stage 'gateway': its maxConcurrentRequests (10) keeps stage 'work' from a concurrency of 20`,
        expect.objectContaining({ stage: 'gateway', count: 1 }),
      ],
    ]);
  });

  it('of a whole batch, in batch and in finalSink', () => {
    expect(told(10, batch({ maxSize: 11 })).heard).toEqual([
      [{ stage: 'batch', option: 'batch', wanted: 11, limit: 10 }],
    ]);
    const sink = finalSink<number>({ destination: callbackDestination(() => undefined), batch: { maxSize: 50 } });
    const { heard, lines } = told(10, sink);
    expect(heard).toEqual([[{ stage: 'finalSink', option: 'batch', wanted: 50, limit: 10 }]]);
    expect(lines[0]?.[1]).toContain(`keeps stage 'finalSink' from a batch of 50`);
  });

  it('all of them in one line, however far below, and also for a shared limit', () => {
    const { heard, lines } = told(sharedLimit(4), (source) =>
      source.pipe(work(2, 'first'), work(8, 'second'), batch({ maxSize: 5 })),
    );
    expect(heard).toEqual([
      [
        { stage: 'second', option: 'concurrency', wanted: 8, limit: 4 },
        { stage: 'batch', option: 'batch', wanted: 5, limit: 4 },
      ],
    ]);
    expect(lines).toHaveLength(1);
  });

  it('is said of the default of asyncEgress too', () => {
    expect(told(10, asyncEgress({ process: (n: number) => n })).heard).toEqual([
      [{ stage: 'asyncEgress', option: 'concurrency', wanted: 50, limit: 10 }],
    ]);
  });

  it.each([
    ['a limit that is just enough', 20],
    ['no limit', undefined],
  ])('nothing is said with %s', (_, limit) => {
    const below = (source: Observable<number>) => source.pipe(work(20), batch({ maxSize: 20 }));
    expect(told(limit, below)).toEqual({ heard: [], lines: [] });
  });

  it('what the listener throws fails the stream, and nothing stays registered', () => {
    const controller = new PipelineBackPressureController({ scheduler: new VirtualTimeScheduler() });
    const limited = gateway<number>({
      maxConcurrentRequests: 1,
      onStarved: () => {
        throw new Error('too small');
      },
    });
    const { seen } = see(NEVER.pipe(limited, work(2), control(controller)));
    expect(seen).toEqual([{ error: new Error('too small') }]);
    expect(controller.getPipelineStatus().stageStatuses).toEqual({});
  });
});

everyOption('gateway', GATEWAY_OPTIONS, {
  name: {
    does: 'the stage is called so in the report',
    test: async () => {
      const named = async (options: GatewayOptions) =>
        (await run(fromPull([1]).pipe(gateway(options)))).stages[0]?.stage;
      expect([await named({}), await named({ name: 'door' })]).toEqual(['gateway', 'door']);
    },
  },
  capacity: {
    does: 'so many records are taken in',
    test: () => {
      const taken = (options: GatewayOptions) => {
        const source = handFed(numbers(999));
        see(
          source.pipe(
            gateway(options),
            stage(() => NEVER, { capacity: 1 }),
          ),
        );
        return source.delivered;
      };
      expect([taken({}), taken({ capacity: 5 })]).toEqual([256, 5]);
    },
  },
  scheduler: {
    does: 'the tokens come by its clock',
    test: () => {
      const scheduler = new VirtualTimeScheduler();
      const { seen } = see(fromPull(numbers(3)).pipe(gateway({ maxRequestsPerSecond: 1000, burst: 1, scheduler })));
      expect(seen).toEqual([0]);
      scheduler.flush();
      expect(seen).toEqual([0, 1, 2, '|']);
    },
  },
  controller: {
    does: 'that controller observes it',
    test: () => {
      const controller = new PipelineBackPressureController({ scheduler: new VirtualTimeScheduler() });
      const names = (options: GatewayOptions) => {
        const { running } = see(
          fromPull(numbers(999)).pipe(
            gateway(options),
            stage(() => NEVER),
          ),
        );
        const known = Object.keys(controller.getPipelineStatus().stageStatuses);
        running.unsubscribe();
        return known;
      };
      expect([names({}), names({ controller })]).toEqual([[], ['gateway']]);
    },
  },
  creditReplenishRate: {
    does: 'credit is handed back no faster',
    test: () => {
      const after = (options: GatewayOptions, ms: number) => {
        const scheduler = new VirtualTimeScheduler();
        scheduler.maxFrames = ms;
        const { seen } = see(fromPull(numbers(99)).pipe(gateway({ capacity: 4, scheduler, ...options })));
        scheduler.flush();
        return seen.length;
      };
      expect(after({}, 0)).toBe(100);
      expect(after({ creditReplenishRate: 10 }, 1000)).toBeLessThanOrEqual(16);
    },
  },
  maxRequestsPerSecond: {
    does: 'no more pass at once than a tenth of a second is worth',
    test: () => expect([passing({}), passing({ maxRequestsPerSecond: 100 })]).toEqual([500, 10]),
  },
  burst: {
    does: 'so many pass at once',
    test: () => {
      const base = { maxRequestsPerSecond: 100 };
      expect([passing(base), passing({ ...base, burst: 33 })]).toEqual([10, 33]);
    },
  },
  maxConcurrentRequests: {
    does: 'so many are unsettled',
    test: () => {
      const begun = (options: GatewayOptions) => {
        const works = new Works<number>();
        see(fromPull(numbers(9)).pipe(gateway(options), stage(works.start, { concurrency: 9 })));
        return works.begun.length;
      };
      expect([begun({}), begun({ maxConcurrentRequests: 4 })]).toEqual([9, 4]);
    },
  },
  slowProcessingThresholdMs: {
    does: 'a record that took longer is slow, one that took as long is not',
    test: () => {
      const slow = (options: GatewayOptions) => {
        const scheduler = new VirtualTimeScheduler();
        const told: number[] = [];
        const onSlow = (_: RecordContext, tookMs: number) => void told.push(tookMs);
        const work = new Subject<number>();
        see(
          fromPull([1]).pipe(
            gateway({ scheduler, onSlow, ...options }),
            stage(() => work),
          ),
        );
        scheduler.frame = 100;
        work.next(1);
        work.complete();
        return told;
      };
      expect([slow({}), slow({ slowProcessingThresholdMs: 99 }), slow({ slowProcessingThresholdMs: 100 })]).toEqual([
        [],
        [100],
        [],
      ]);
    },
  },
  onSlow: {
    does: 'is told of the record and its time',
    test: () => {
      const told: unknown[] = [];
      const scheduler = new VirtualTimeScheduler();
      const work = new Subject<number>();
      const onSlow = ({ origin }: RecordContext, tookMs: number) => void told.push([origin, tookMs]);
      see(
        fromPull(['row']).pipe(
          gateway({ scheduler, slowProcessingThresholdMs: 5, onSlow }),
          stage(() => work),
        ),
      );
      scheduler.frame = 50;
      work.complete();
      expect(told).toEqual([['row', 50]]);
    },
  },
  onStarved: {
    does: 'is told that the limit is too small for what lies below',
    test: () => {
      let told = 0;
      const limited = gateway<number>({ maxConcurrentRequests: 1, onStarved: () => void told++ });
      see(NEVER.pipe(limited, batch({ maxSize: 2 }))).running.unsubscribe();
      expect(told).toBe(1);
    },
  },
  earlyThrottleAt: {
    does: 'grants wait while the inbox is fuller than that, the longer the fuller it is',
    test: async () => {
      /** When the second grant of five comes, with the inbox half full. */
      const grantedAt = (options: GatewayOptions) =>
        new FlowTestScheduler().run(async ({ advance }) => {
          const source = handFed(numbers(99));
          const sink = handGranted(source.pipe(gateway<number>({ capacity: 10, ...options })));
          sink.grant(5);
          await advance(200);
          sink.cancel();
          return source.demands.map(({ at, count }) => `${String(count)} at ${String(at)}`);
        });
      expect(await grantedAt({})).toEqual(['10 at 0', '5 at 0']);
      expect(await grantedAt({ earlyThrottleAt: 0.5 })).toEqual(['10 at 0', '5 at 0']);
      expect(await grantedAt({ earlyThrottleAt: 0.375 })).toEqual(['10 at 0', '5 at 20']);
      expect(await grantedAt({ earlyThrottleAt: 0 })).toEqual(['10 at 0', '5 at 50']);
    },
  },
  overflow: {
    does: 'a push that finds no place is dropped in place of failing the stream',
    test: async () => {
      const outcome = async (options: GatewayOptions) => {
        const pushes = new Subject<number>();
        const report = run(
          pushes.pipe(
            gateway({ capacity: 2, ...options }),
            stage(() => NEVER, { capacity: 1 }),
          ),
          {
            signal: AbortSignal.timeout(5),
            drainMs: 0,
          },
        ).catch((error: unknown) => error);
        for (const n of numbers(6)) pushes.next(n);
        return report;
      };
      expect(await outcome({})).toMatchObject({ cause: { code: 'OVERFLOW' } });
      expect(await outcome({ overflow: 'dropNewest' })).toMatchObject({ rejected: 3 });
    },
  },
});
