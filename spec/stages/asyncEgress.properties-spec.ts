import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { asyncScheduler, firstValueFrom, map, timer } from 'rxjs';
import { run } from '../../lib/sinks/run.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { asyncEgress, type AsyncEgressOptions } from '../../lib/stages/asyncEgress.js';
import { Deadlines, type Timed } from '../../lib/stages/Deadlines.js';
import type { EgressInfo } from '../../lib/stages/EgressInfo.js';
import { randomFrom, retryDelay } from '../../lib/stages/retryDelay.js';
import { FlowTestScheduler } from '../../lib/testing/index.js';
import { numbers } from '../operators/support/seen.js';

/** What the service does with one call. */
type Deed = 'value' | 'throw' | 'resolve' | 'reject' | 'flow' | 'flow fails' | 'hang' | 'obey';
const deed = fc.constantFrom<Deed>(
  'value',
  'throw',
  'resolve',
  'resolve',
  'reject',
  'flow',
  'flow fails',
  'hang',
  'obey',
);
const plan = fc.array(fc.tuple(deed, fc.nat(40)), { minLength: 1, maxLength: 30 });

type Options = Omit<AsyncEgressOptions<number, unknown>, 'process'>;
const settings: fc.Arbitrary<Options> = fc.record({
  maxAttempts: fc.integer({ min: 1, max: 4 }),
  operationTimeoutMs: fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined }),
  totalTimeoutMs: fc.integer({ min: 1, max: 90 }),
  baseRetryDelayMs: fc.nat(10),
  jitter: fc.constantFrom('full', 'none'),
  maxConcurrentOperations: fc.integer({ min: 1, max: 9 }),
  capacity: fc.integer({ min: 1, max: 20 }),
  order: fc.constantFrom<Options['order'][]>('none', 'input', { perKey: (n: number) => n % 4 }),
  enableDeadLetterQueue: fc.boolean(),
});

/** Follows the plan call by call, and knows what is under way. */
class Chaos {
  calls = 0;
  underWay = 0;
  mostUnderWay = 0;
  readonly keysInWork = new Map<number, number>();

  constructor(private readonly plan: readonly (readonly [Deed, number])[]) {}

  readonly process = (n: number, { signal }: EgressInfo): unknown => {
    const [does, ms] = this.plan[this.calls++ % this.plan.length] ?? ['value', 0];
    const no = new Error('no');
    const later = timer(ms).pipe(map(() => n));
    switch (does) {
      case 'value':
        return n;
      case 'throw':
        throw no;
      case 'flow':
        return later;
      case 'flow fails':
        return later.pipe(
          map(() => {
            throw no;
          }),
        );
      case 'resolve':
        return this.watch(firstValueFrom(later));
      case 'reject':
        return this.watch(firstValueFrom(later).then(() => Promise.reject(no)));
      case 'hang':
        return this.watch(firstValueFrom(timer(500 + ms)).then(() => n));
      case 'obey':
        return new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        });
    }
  };

  private async watch<T>(work: Promise<T>): Promise<T> {
    this.mostUnderWay = Math.max(this.mostUnderWay, ++this.underWay);
    try {
      return await work;
    } finally {
      this.underWay--;
    }
  }
}

/** Runs of virtual time take turns with real microtasks. */
const PATIENCE = 30_000;

describe('any service under any options', () => {
  it(
    'settles each record once, in order, within its bounds, and leaves no timer',
    async () => {
      await fc.assert(
        fc.asyncProperty(plan, settings, fc.nat(40), async (deeds, options, count) => {
          const service = new Chaos(deeds);
          const scheduler = new FlowTestScheduler();
          const results: number[] = [];
          await scheduler.run(async () => {
            const keys = (n: number) => n % 4;
            const report = await run(
              fromPull(numbers(count)).pipe(
                asyncEgress<number, unknown>({ ...options, process: service.process }),
                map((n) => results.push(n as number)),
              ),
            );
            const { delivered, rejected, deadLettered, inFlight, cancelled, filtered, stages } = report;
            expect({ inFlight, cancelled, filtered, in: report.in }).toEqual({
              inFlight: 0,
              cancelled: 0,
              filtered: 0,
              in: count,
            });
            expect(delivered + rejected + deadLettered).toBe(count);
            expect(delivered).toBe(results.length);
            expect(options.enableDeadLetterQueue === true ? rejected : deadLettered).toBe(0);
            const failed = report.deadLetters.map(({ value }) => value as number);
            expect(new Set([...results, ...failed]).size).toBe(results.length + failed.length);
            expect(stages[0]).toMatchObject({ arrived: count, passedOn: delivered, held: 0 });
            const most = options.maxConcurrentOperations ?? 50;
            expect(service.mostUnderWay).toBeLessThanOrEqual(2 * most);
            for (const { attempts, errors, firstAt, lastAt } of report.deadLetters) {
              expect(attempts).toBeLessThanOrEqual(options.maxAttempts ?? 3);
              expect(errors.length).toBeGreaterThanOrEqual(1);
              expect(lastAt - firstAt).toBeLessThanOrEqual(options.totalTimeoutMs ?? 0);
            }
            const lanes = options.order === 'none' ? [] : options.order === 'input' ? [results] : byKey(results, keys);
            for (const lane of lanes) expect(lane).toEqual([...lane].sort((a, b) => a - b));
          });
        }),
        { numRuns: 60 },
      );
    },
    PATIENCE,
  );

  it(
    'unsubscribed at any moment: nothing more is said, no signal is left alone, no timer is left',
    async () => {
      await fc.assert(
        fc.asyncProperty(plan, settings, fc.nat(60), async (deeds, options, at) => {
          const service = new Chaos(deeds);
          const scheduler = new FlowTestScheduler();
          await scheduler.run(async ({ advance }) => {
            const stop = new AbortController();
            const running = run(
              fromPull(numbers(40)).pipe(asyncEgress<number, unknown>({ ...options, process: service.process })),
              { signal: stop.signal, drainMs: 0 },
            );
            await advance(at);
            stop.abort();
            const report = await running;
            expect(report.inFlight).toBe(0);
            const { delivered, rejected, deadLettered, cancelled } = report;
            expect(delivered + rejected + deadLettered + cancelled).toBe(report.in);
            const { calls } = service;
            await advance(1000);
            expect([service.calls, service.underWay]).toEqual([calls, 0]);
            expect(String(await running)).toBe(String(report));
          });
        }),
        { numRuns: 50 },
      );
    },
    PATIENCE,
  );
});

const byKey = (values: readonly number[], key: (n: number) => number): number[][] => [
  ...values
    .reduce((lanes, n) => lanes.set(key(n), [...(lanes.get(key(n)) ?? []), n]), new Map<number, number[]>())
    .values(),
];

describe('Deadlines', () => {
  class Entry implements Timed {
    due = 0;
    ticket = 0;
    place = -1;
    constructor(readonly id: number) {}
  }

  it('fires each entry at its last due time, in order of time and of setting, on one timer', async () => {
    const step = fc.tuple(fc.nat(9), fc.nat(50), fc.boolean(), fc.nat(10));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const scheduler = new FlowTestScheduler();
        await scheduler.run(async ({ advance, flush }) => {
          const fired: string[] = [];
          const expected: { id: number; due: number; order: number }[] = [];
          const entries = numbers(10).map((id) => new Entry(id));
          const open = new Map<number, { id: number; due: number; order: number }>();
          const deadlines = new Deadlines<Entry>(asyncScheduler, ({ id }) => {
            fired.push(`${asyncScheduler.now()} ${id}`);
            const known = open.get(id);
            if (known !== undefined) expected.push(known);
            open.delete(id);
          });
          let order = 0;
          for (const [id, delay, removes, wait] of steps) {
            const entry = entries[id];
            if (entry === undefined) continue;
            if (removes) {
              deadlines.remove(entry);
              open.delete(id);
            } else {
              const due = asyncScheduler.now() + delay;
              deadlines.set(entry, due);
              open.set(id, { id, due, order: order++ });
            }
            expect(deadlines.size).toBe(open.size);
            expect(scheduler.pending).toBeLessThanOrEqual(1);
            await advance(wait);
          }
          await flush();
          expect([open.size, deadlines.size, scheduler.pending]).toEqual([0, 0, 0]);
          expect(fired).toEqual(expected.map(({ id, due }) => `${due} ${id}`));
          expect(expected).toEqual([...expected].sort((a, b) => a.due - b.due || a.order - b.order));
        });
      }),
      { numRuns: 60 },
    );
  });

  it('has a clock that never goes back, and fires what a timer was set for although it came early', () => {
    let now = 1000;
    const timers: (() => void)[] = [];
    const scheduler = {
      now: () => now,
      schedule: (work: () => void) => {
        timers.push(work);
        return { unsubscribe: () => undefined };
      },
    } as unknown as typeof asyncScheduler;
    const fired: number[] = [];
    const deadlines = new Deadlines<Entry>(scheduler, ({ id }) => fired.push(id));
    deadlines.set(new Entry(1), 1100);
    now = 1099;
    timers.pop()?.();
    expect(fired).toEqual([1]);
    now = 500;
    expect(deadlines.now()).toBe(1099);
    now = 600;
    expect(deadlines.now()).toBe(1199);
  });
});

describe('the retry delay', () => {
  const delays = { baseRetryDelayMs: 100, maxRetryDelayMs: 2000, jitter: 'full' } as const;

  it('is a share of min(max, base · 2^(n - 1)), for any n', () => {
    const attempt = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 2 ** 53 - 1 }));
    const span = fc.nat(2 ** 31 - 1);
    fc.assert(
      fc.property(attempt, span, span, fc.double({ min: 0, max: 0.999, noNaN: true }), (n, one, other, share) => {
        const [baseRetryDelayMs, maxRetryDelayMs] = one < other ? [one, other] : [other, one];
        const full = Math.min(maxRetryDelayMs, baseRetryDelayMs * 2 ** Math.min(n - 1, 1000));
        const some = { baseRetryDelayMs, maxRetryDelayMs };
        expect(retryDelay({ ...some, jitter: 'full' }, n, null, () => share)).toBeCloseTo(share * full, 5);
        expect(retryDelay({ ...some, jitter: 'none' }, n, null, () => share)).toBeCloseTo(full, 5);
      }),
    );
  });

  it('spreads evenly', () => {
    const random = randomFrom(1);
    const buckets = numbers(10).map(() => 0);
    for (let n = 0; n < 10_000; n++) {
      const delay = retryDelay(delays, 5, null, random);
      buckets[Math.floor(delay / 160)]!++;
    }
    for (const bucket of buckets) expect(Math.abs(bucket - 1000)).toBeLessThan(150);
  });

  it('begins anew with the same seed, and otherwise with another one, negative ones too', () => {
    const first = (seed: number) => numbers(5).map(randomFrom(seed));
    expect(first(7)).toEqual(first(7));
    expect(new Set([7, 8, -7, 0, 2 ** 40].map((seed) => String(first(seed)))).size).toBe(5);
  });
});
