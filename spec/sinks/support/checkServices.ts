import { expect } from '@jest/globals';
import fc from 'fast-check';
import { filter, map, mergeMap, pipe, retry, throwError, timer, type OperatorFunction } from 'rxjs';
import { callbackDestination } from '../../../lib/destinations/callbackDestination.js';
import { batch } from '../../../lib/operators/batch.js';
import { expandStage } from '../../../lib/operators/expandStage.js';
import { stage } from '../../../lib/operators/stage.js';
import { serve } from '../../../lib/sinks/serve.js';
import type { SubmitOutcome } from '../../../lib/sinks/SubmitOutcome.js';
import { fromPull } from '../../../lib/sources/fromPull.js';
import { asyncEgress } from '../../../lib/stages/asyncEgress.js';
import { finalSink } from '../../../lib/stages/finalSink.js';
import { gateway } from '../../../lib/stages/gateway.js';
import { ingressProcessing } from '../../../lib/stages/ingressProcessing.js';
import { keyGen } from '../../../lib/stages/keyGen.js';
import { FlowTestScheduler } from '../../../lib/testing/index.js';

type Fate = 'passes' | 'isDropped' | 'isInvalid' | 'fails' | 'failsOnce' | 'breaks';

interface Item {
  readonly id: number;
  readonly fate: Fate;
  readonly takesMs: number;
  tries: number;
}

const itemPlan = fc.record({
  fate: fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom<Fate>('passes', 'isDropped', 'isInvalid', 'fails', 'failsOnce') },
    { weight: 1, arbitrary: fc.constant<Fate>('breaks') },
  ),
  takesMs: fc.nat(12),
  at: fc.nat(30),
  abortAt: fc.option(fc.nat(40), { nil: undefined }),
  deadlineMs: fc.option(fc.nat(25), { nil: undefined }),
});

const work = (item: Item) =>
  timer(item.takesMs).pipe(
    mergeMap(() => {
      item.tries++;
      const isToFail = item.fate === 'fails' || (item.fate === 'failsOnce' && item.tries === 1);
      return isToFail ? throwError(() => new Error(`no ${item.id}`)) : [item];
    }),
  );

/** The link breaks: this fails the whole stream. */
const breaking = map((item: Item) => {
  if (item.fate === 'breaks') throw new Error(`broken ${item.id}`);
  return item;
});

type Step = OperatorFunction<Item, Item>;
const STEPS = {
  filter: () => filter(({ fate }) => fate !== 'isDropped'),
  breaking: () => breaking,
  gateway: () => gateway({ maxConcurrentRequests: 4, maxRequestsPerSecond: 500 }),
  keyGen: () => keyGen({ keySelector: ({ id }) => id % 3 }),
  ingress: () => ingressProcessing<Item>({ validate: ({ fate }: Item) => fate !== 'isInvalid' }),
  stage: () => stage(work, { concurrency: 3, onFailure: 'deadLetter' }),
  promises: () => stage(async (item: Item) => item, { concurrency: 2, order: 'none', capacity: 2 }),
  egress: () => asyncEgress({ process: work, order: 'none', maxAttempts: 2, baseRetryDelayMs: 3, seed: 1 }),
  rejecting: () => asyncEgress({ process: work, maxAttempts: 1, enableDeadLetterQueue: false, capacity: 3 }),
  batch: () =>
    pipe(
      batch<Item>({ maxSize: 3, maxWaitMs: 5 }),
      expandStage((items: Item[]) => fromPull(items)),
    ),
  expansion: () => mergeMap((item: Item) => fromPull([item, item])),
  sink: () => finalSink({ destination: callbackDestination<Item>(async () => undefined) }),
  retry: () => retry({ count: 3, delay: 4 }),
} satisfies Record<string, () => Step>;

const plan = fc.record({
  steps: fc.array(fc.constantFrom(...(Object.keys(STEPS) as (keyof typeof STEPS)[])), { minLength: 1, maxLength: 5 }),
  items: fc.array(itemPlan, { minLength: 1, maxLength: 14 }),
  capacity: fc.integer({ min: 1, max: 8 }),
  drainMs: fc.constantFrom(0, 10, 1000),
  closeAt: fc.nat(60),
});

/** Random pipelines, faults, aborts and deadlines: every submission settles exactly once, and the counts agree. */
export async function checkServices(numRuns: number): Promise<void> {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(plan, async ({ steps, items, capacity, drainMs, closeAt }) => {
      await new FlowTestScheduler().run(async ({ advance }) => {
        const through = steps.map((step): Step => STEPS[step]());
        const service = serve<Item, Item>(
          (source) => through.reduce((flow, step) => flow.pipe(step), source.pipe(map((item) => item))),
          { capacity, drainMs },
        );
        const outcomes: SubmitOutcome<Item>[] = [];
        const balances = () => {
          const { submitted, inFlight, delivered, filtered, rejected, deadLettered, cancelled } = service.count();
          expect(delivered + filtered + rejected + deadLettered + cancelled + inFlight).toBe(submitted);
          expect(inFlight).toBeLessThanOrEqual(capacity);
          expect(inFlight).toBe(service.inFlight);
        };
        let settled = 0;
        for (const [id, { at, abortAt, ...item }] of items.entries()) {
          const abort = new AbortController();
          if (abortAt !== undefined)
            timer(abortAt).subscribe(() => {
              abort.abort();
            });
          timer(at).subscribe(() => {
            const { deadlineMs, ...rest } = item;
            void service.submit({ id, ...rest, tries: 0 }, { signal: abort.signal, deadlineMs }).then((outcome) => {
              settled++;
              outcomes[id] = outcome;
              seen.add(outcome.outcome);
            });
          });
        }
        for (let frame = 0; frame < closeAt; frame += 5) {
          await advance(5);
          balances();
        }
        await advance(31);
        const closed = service.close();
        await advance(5000);
        await closed;
        balances();
        expect([settled, service.inFlight, service.waiting]).toEqual([items.length, 0, 0]);
        const { submitted, ...counts } = service.count();
        expect(submitted).toBe(items.length);
        for (const outcome of ['delivered', 'filtered', 'rejected', 'deadLettered', 'cancelled'] as const) {
          expect(counts[outcome]).toBe(outcomes.filter((one) => one.outcome === outcome).length);
        }
        for (const [id, outcome] of outcomes.entries()) {
          // The members of a batch share what left of it; everybody else has values of its own.
          if (!steps.includes('batch')) expect(outcome.values.every((value) => value.id === id)).toBe(true);
          if (outcome.outcome === 'delivered') expect(outcome.value).toBe(outcome.values.at(-1));
          expect(outcome.outcome === 'delivered' ? outcome.values.length : 1).toBeGreaterThan(0);
          if (outcome.outcome === 'deadLettered') expect(outcome.letter.code).toBe(outcome.code);
        }
        const ledger = service.ledger();
        expect([ledger.inFlight, ledger.stages.every(({ held }) => held === 0 || !service.isOpen)]).toEqual([0, true]);
      });
    }),
    { numRuns },
  );
  expect([...seen].sort()).toEqual(['cancelled', 'deadLettered', 'delivered', 'filtered', 'rejected']);
}
