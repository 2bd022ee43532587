import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { asyncScheduler, tap } from 'rxjs';
import type { Destination } from '../../lib/destinations/Destination.js';
import { run } from '../../lib/sinks/run.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { finalSink } from '../../lib/stages/finalSink.js';
import { FlowTestScheduler } from '../../lib/testing/index.js';

/** What a destination does with one attempt. */
type Deed = 'ok' | 'twice' | 'refuse' | 'condemn' | 'never' | 'throw' | 'both';
const deeds = fc.constantFrom<Deed>('ok', 'ok', 'twice', 'refuse', 'condemn', 'never', 'throw', 'both');

/** Follows the plan, one deed after the other. */
class Chaos implements Destination<number> {
  readonly name = 'chaos';
  calls = 0;
  readonly good = new Set<number>();

  constructor(private readonly plan: readonly (readonly [Deed, number])[]) {}

  write: Destination<number>['write'] = (requests, { acknowledge }) => {
    let mustThrow = false;
    for (const { id, value } of requests) {
      const [deed, ms] = this.plan[this.calls++ % this.plan.length] ?? ['ok', 0];
      const later = (tell: () => void) => {
        if (ms === 0) tell();
        else asyncScheduler.schedule(tell, ms);
      };
      const ok = () => {
        this.good.add(value);
        acknowledge({ id, ok: true });
      };
      const refuse = (retryable: boolean) => () => acknowledge({ id, ok: false, error: deed, retryable });
      if (deed === 'ok' || deed === 'twice' || deed === 'both') later(ok);
      if (deed === 'twice') later(ok);
      if (deed === 'refuse') later(refuse(true));
      if (deed === 'condemn' || deed === 'both') later(refuse(false));
      if (deed === 'throw') mustThrow = true;
    }
    if (mustThrow) throw new Error('throw');
  };
}

describe('finalSink over a destination that does as it likes', () => {
  it('delivers or gives up each record once, holds no more than its capacity, and the books balance', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(deeds, fc.nat(12)), { minLength: 1, maxLength: 40 }),
        fc.nat(40),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 4, max: 9 }),
        fc.integer({ min: 1, max: 12 }),
        async (plan, records, maxSize, attempts, maxPendingAcknowledgments, capacity) => {
          const emitted: number[] = [];
          const destination = new Chaos(plan);
          const report = await new FlowTestScheduler().run(() =>
            run(
              fromPull(Array.from({ length: records }, (_, n) => n)).pipe(
                finalSink({
                  ...{ destination, attempts, maxPendingAcknowledgments, capacity },
                  batch: { maxSize, maxWaitMs: 3 },
                  acknowledgmentTimeoutMs: 10,
                }),
                tap((value) => emitted.push(value)),
              ),
            ),
          );
          const letters = report.deadLetters.map(({ value }) => value as number);
          expect(report).toMatchObject({ in: records, inFlight: 0, cancelled: 0, delivered: emitted.length });
          expect([...emitted, ...letters].sort((a, b) => a - b)).toEqual(Array.from({ length: records }, (_, n) => n));
          for (const value of emitted) expect(destination.good.has(value)).toBe(true);
          expect(report.peakLive).toBeLessThanOrEqual(Math.max(capacity, maxSize));
          for (const { attempts: made } of report.deadLetters) expect(made).toBeLessThanOrEqual(attempts);
        },
      ),
      { numRuns: 60 },
    );
  }, 30_000);
});
