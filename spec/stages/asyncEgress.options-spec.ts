import { describe, expect, it } from '@jest/globals';
import { asyncScheduler, NEVER, VirtualTimeScheduler } from 'rxjs';
import type { ObservedStage, StageLease, StageObserver } from '../../lib/control/observedStage.js';
import { SluiceError } from '../../lib/credit/SluiceError.js';
import { stage } from '../../lib/operators/stage.js';
import { run } from '../../lib/sinks/run.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { asyncEgress, ASYNC_EGRESS_OPTIONS, type AsyncEgressOptions } from '../../lib/stages/asyncEgress.js';
import { FlowTestScheduler, handFed } from '../../lib/testing/index.js';
import { codeIn, messageIn, thrownBy } from '../credit/support/errors.js';
import { never } from '../credit/support/waiting.js';
import { everyOption } from '../options/everyOption.js';
import { numbers, see } from '../operators/support/seen.js';
import { Works } from '../operators/support/Works.js';
import { failing, scene } from './support/egress.js';

type Options = Partial<AsyncEgressOptions<number, unknown>>;

const keep = { onDeadLetter: () => undefined };

/** The report of these records, in virtual time. */
const reported = (options: Options, records = [1, 2, 3]) =>
  new FlowTestScheduler().run(() =>
    run(fromPull(records).pipe(asyncEgress<number, unknown>({ process: failing, ...options }))),
  );

/** When attempts on one record begin that all fail, or all hang. */
const attempts = (options: Options, process: () => unknown = failing) =>
  new FlowTestScheduler().run(async ({ flush }) => {
    const at: number[] = [];
    const stage = scene<number>({
      jitter: 'none',
      ...options,
      process: () => {
        at.push(asyncScheduler.now());
        return process();
      },
    });
    stage.feed(1);
    await flush();
    return at;
  });

/** In which order the work on four records is begun, when it ends in this order. */
async function begun(options: Options, ...ends: number[]): Promise<number[]> {
  const works = new Works<number>();
  see(fromPull([10, 11, 20, 21]).pipe(asyncEgress({ ...keep, process: works.start, ...options })));
  for (const n of ends) await works.finish(n, n);
  return works.begun;
}

/** Sets key and partition as keyGen does. */
const keyed = stage((n: number, { record }) => {
  record.key = Math.floor(n / 10);
  record.partition = 0;
  return n;
});

everyOption('asyncEgress', ASYNC_EGRESS_OPTIONS, {
  name: {
    does: 'the stage is called so in letters and report',
    test: async () => {
      expect((await reported({})).deadLetters[0]?.stage).toBe('asyncEgress');
      const { deadLetters, stages } = await reported({ name: 'charge' });
      expect([deadLetters[0]?.stage, stages[0]?.stage]).toEqual(['charge', 'charge']);
    },
  },
  capacity: {
    does: 'so many records are taken in',
    test: () => {
      const taken = (options: Options) => {
        const source = handFed(numbers(999));
        see(source.pipe(asyncEgress({ ...keep, process: never, ...options })));
        return source.delivered;
      };
      expect([taken({}), taken({ capacity: 5 }), taken({ maxConcurrentOperations: 300 })]).toEqual([256, 5, 300]);
    },
  },
  scheduler: {
    does: 'timeouts, delays and the time in letters come from it',
    test: async () => {
      const scheduler = new VirtualTimeScheduler();
      scheduler.frame = 1234;
      const running = run(
        fromPull([1]).pipe(
          asyncEgress({ process: () => NEVER, maxAttempts: 1, operationTimeoutMs: 60_000, scheduler }),
        ),
      );
      scheduler.flush();
      expect((await running).deadLetters).toMatchObject([{ code: 'TIMEOUT', firstAt: 61_234 }]);
    },
  },
  controller: {
    does: 'it observes the stage: fill, trigger, and each attempt',
    test: async () => {
      const enrolled: ObservedStage[] = [];
      const controller: StageObserver = {
        deadLetters: { offer: () => true, forget: () => undefined },
        keepBooks: () => () => undefined,
        enrol: (observed) => {
          enrolled.push(observed);
          return {
            delayMs: () => 0,
            changed: () => undefined,
            tell: () => undefined,
            leave: () => undefined,
          } as unknown as StageLease;
        },
      };
      await new FlowTestScheduler().run(async ({ advance }) => {
        let calls = 0;
        const process = () => (++calls === 1 ? Promise.reject(new Error('no')) : NEVER);
        const { source } = scene<number>({
          ...{ process, controller, operationTimeoutMs: 400, maxConcurrentOperations: 4 },
          ...{ jitter: 'none', baseRetryDelayMs: 200 },
        });
        source.send(1, 2, 3);
        await advance(500);
        const [observed] = enrolled;
        expect(observed?.kind).toBe('asyncEgress');
        const { latencyMs, errorShare, trigger, held } = observed?.read() ?? {};
        // One attempt failed at 0, two timed out at 400.
        expect([errorShare, trigger, held]).toEqual([1, 0.75, 3]);
        expect(latencyMs).toBeCloseTo(271.5, 0);
      });
    },
  },
  creditReplenishRate: {
    does: 'so many credits are handed back in a second',
    test: () =>
      new FlowTestScheduler().run(async ({ advance }) => {
        const passed = async (options: Options) => {
          const source = handFed(numbers(999));
          const { seen, running } = see(
            source.pipe(asyncEgress({ ...keep, process: (n) => n, capacity: 10, ...options })),
          );
          await advance(1000);
          running.unsubscribe();
          return seen.length;
        };
        expect(await passed({})).toBe(1000);
        expect(await passed({ creditReplenishRate: 100 })).toBeLessThan(130);
      }),
  },
  process: {
    does: 'it makes the result',
    test: () => {
      const results = (process: (n: number) => unknown) =>
        see(fromPull([1, 2]).pipe(asyncEgress({ ...keep, process }))).seen;
      expect(results((n) => n * 2)).toEqual([2, 4, '|']);
      expect(results((n) => n * 3)).toEqual([3, 6, '|']);
    },
  },
  maxAttempts: {
    does: 'so often a record is tried, the first time included',
    test: async () => {
      expect(await attempts({})).toHaveLength(3);
      expect(await attempts({ maxAttempts: 1 })).toHaveLength(1);
      expect(await attempts({ maxAttempts: 5 })).toHaveLength(5);
    },
  },
  operationTimeoutMs: {
    does: 'an attempt that takes longer is given up',
    test: async () => {
      const hang = () => NEVER;
      expect(await attempts({}, hang)).toEqual([0]);
      expect(await attempts({ operationTimeoutMs: 30 }, hang)).toEqual([0, 130, 360]);
    },
  },
  totalTimeoutMs: {
    does: 'a record that takes longer is given up',
    test: async () => {
      expect(await attempts({})).toEqual([0, 100, 300]);
      expect(await attempts({ totalTimeoutMs: 150 })).toEqual([0, 100]);
    },
  },
  baseRetryDelayMs: {
    does: 'the first delay',
    test: async () => {
      expect(await attempts({ baseRetryDelayMs: 20 })).toEqual([0, 20, 60]);
    },
  },
  maxRetryDelayMs: {
    does: 'the longest delay',
    test: async () => {
      expect(await attempts({ maxRetryDelayMs: 120 })).toEqual([0, 100, 220]);
    },
  },
  jitter: {
    does: `'none' makes the delays exact`,
    test: async () => {
      expect(await attempts({ jitter: 'none' })).toEqual([0, 100, 300]);
      expect(await attempts({ jitter: undefined })).toEqual(await attempts({ jitter: 'full' }));
      expect(await attempts({ jitter: 'full' })).not.toEqual([0, 100, 300]);
    },
  },
  seed: {
    does: 'other delays for another seed',
    test: async () => {
      const jitter = 'full' as const;
      expect(await attempts({ jitter })).toEqual(await attempts({ jitter, seed: 1 }));
      expect(await attempts({ jitter, seed: 2 })).not.toEqual(await attempts({ jitter, seed: 1 }));
    },
  },
  isRetryable: {
    does: 'what it says no to is not tried again; it is told the error and the attempt',
    test: async () => {
      const told: unknown[] = [];
      const isRetryable = (error: unknown, attempt: number) => told.push([messageIn(error), attempt]) < 2;
      expect(await attempts({ isRetryable })).toHaveLength(2);
      expect(told).toEqual([
        ['no', 1],
        ['no', 2],
      ]);
      expect((await reported({ isRetryable: () => false })).codes.deadLettered).toEqual({ FAILED: 3 });
      const timedOut = await reported({ isRetryable: () => false, process: () => NEVER, operationTimeoutMs: 5 });
      expect(timedOut.codes.deadLettered).toEqual({ TIMEOUT: 3 });
    },
  },
  maxConcurrentOperations: {
    does: 'so many records are in work',
    test: () => {
      const running = (options: Options) => {
        const works = new Works<number>();
        see(fromPull(numbers(99)).pipe(asyncEgress({ ...keep, process: works.start, ...options })));
        return works.active;
      };
      expect([running({}), running({ maxConcurrentOperations: 4 })]).toEqual([50, 4]);
    },
  },
  order: {
    does: 'records are begun and results leave in that order',
    test: async () => {
      const seen = async (options: Options) => {
        const works = new Works<number>();
        const flow = see(
          fromPull([10, 11, 20, 21]).pipe(keyed, asyncEgress({ ...keep, process: works.start, ...options })),
        );
        for (const n of [21, 20, 11, 10, 11, 21, 20, 11, 21]) await works.finish(n, n).catch(() => undefined);
        return flow.seen.filter((value) => value !== '|');
      };
      expect(await seen({})).toEqual([21, 20, 11, 10]);
      expect(await seen({ order: 'none' })).toEqual([21, 20, 11, 10]);
      expect(await seen({ order: 'input' })).toEqual([10, 11, 20, 21]);
      expect(await seen({ order: 'perKey' })).toEqual([20, 10, 11, 21]);
      expect(await seen({ order: { perKey: (n) => n % 10 } })).toEqual([11, 10, 21, 20]);
      expect(await seen({ order: 'perPartition' })).toEqual([10, 11, 20, 21]);
    },
  },
  onKeyFailure: {
    does: `'park' gives up what waits behind a failed record of its key`,
    test: async () => {
      const report = (onKeyFailure?: 'continue' | 'park') =>
        reported({
          process: async (n: number) => (n === 1 ? failing() : n),
          order: { perKey: (n) => n % 2 },
          maxAttempts: 1,
          onKeyFailure,
        });
      expect((await report()).codes.deadLettered).toEqual({ EXHAUSTED: 1 });
      expect((await report('continue')).codes.deadLettered).toEqual({ EXHAUSTED: 1 });
      expect((await report('park')).codes.deadLettered).toEqual({ EXHAUSTED: 1, PARKED: 1 });
    },
  },
  enableDeadLetterQueue: {
    does: 'false: what is given up is rejected',
    test: async () => {
      expect(await reported({})).toMatchObject({ deadLettered: 3, rejected: 0 });
      const { rejected, deadLettered, codes, deadLetters } = await reported({ enableDeadLetterQueue: false });
      expect([rejected, deadLettered, codes.rejected, deadLetters]).toEqual([3, 0, { EXHAUSTED: 3 }, []]);
    },
  },
  onDeadLetter: {
    does: 'it is told each letter',
    test: async () => {
      const told: unknown[] = [];
      await reported({ onDeadLetter: ({ value }) => told.push(value), maxAttempts: 1 });
      expect(told).toEqual([1, 2, 3]);
    },
  },
});

describe('the order of records with a key', () => {
  it('one of each key at a time, the next when it is done', async () => {
    const perKey = (n: number) => Math.floor(n / 10);
    expect(await begun({ order: { perKey } }, 20, 10)).toEqual([10, 20, 21, 11]);
  });
});

describe('bad options', () => {
  const make = (options: unknown) => thrownBy(() => asyncEgress(options as AsyncEgressOptions<number, unknown>));
  const numbersThatAreNone: readonly unknown[] = [NaN, Infinity, -Infinity, -1, 2 ** 53, '10', null, true, {}, [], 5n];
  const bad: Readonly<Record<string, readonly unknown[]>> = {
    name: ['', 1, null, {}],
    capacity: [...numbersThatAreNone, 0, 1.5],
    scheduler: ['async', 1, null, {}],
    controller: ['on', 1, null, {}],
    creditReplenishRate: [NaN, Infinity, -1, 0, '10', null],
    process: [undefined, null, 'save', 1, {}, Promise.resolve()],
    maxAttempts: [...numbersThatAreNone, 0, 1.5],
    operationTimeoutMs: [...numbersThatAreNone, 0],
    totalTimeoutMs: [...numbersThatAreNone, 0],
    baseRetryDelayMs: [...numbersThatAreNone, 2001],
    maxRetryDelayMs: [...numbersThatAreNone, 99],
    jitter: ['half', true, 0.5, null],
    seed: [NaN, Infinity, 0.5, '1', null, {}],
    isRetryable: [true, 'yes', null, {}],
    maxConcurrentOperations: [...numbersThatAreNone, 0, 1.5],
    order: ['INPUT', '', 1, null, true, [], () => 1, {}, { perKey: 'id' }],
    onKeyFailure: ['stop', true, null, 'park'],
    enableDeadLetterQueue: ['yes', 1, null],
    onDeadLetter: ['log', 1, null, {}],
  };

  it('are tried for every option', () => {
    expect(Object.keys(bad).sort()).toEqual([...ASYNC_EGRESS_OPTIONS].sort());
  });

  it.each(Object.entries(bad).flatMap(([key, values]) => values.map((value) => [key, value] as const)))(
    'are refused with the option, the value and the remedy: %s = %p',
    (key, value) => {
      const error = make({ process: () => 1, [key]: value });
      expect(codeIn(error)).toBe('OPTION');
      expect(messageIn(error)).toMatch(/^asyncEgress: option \w+(\.\w+)? is .*; give /);
    },
  );

  it.each([
    [{ process: () => 1, maxRetries: 3 }, /there is no option 'maxRetries'; the options are name, /],
    [{}, /option process is undefined; give a function/],
    [{ process: () => 1, order: { perKey: () => 1, extra: 1 } }, /there is no option 'order.extra'/],
    [undefined, /the options are undefined; give an object/],
    [{ process: () => 1, onKeyFailure: 'park', order: 'input' }, /order 'input' has no keys; give order 'perKey'/],
    [{ process: () => 1, ...keep, enableDeadLetterQueue: false }, /onDeadLetter would never be called/],
  ])('%p', (options, message) => {
    const error = make(options);
    expect(error).toBeInstanceOf(SluiceError);
    expect(messageIn(error)).toMatch(message);
  });
});
