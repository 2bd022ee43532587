import { describe, expect, it } from '@jest/globals';
import { asyncScheduler, delay, map, of, tap } from 'rxjs';
import type { ControllerOptions } from '../../lib/control/controllerOptions.js';
import { PipelineBackPressureController } from '../../lib/control/PipelineBackPressureController.js';
import { callbackDestination } from '../../lib/destinations/callbackDestination.js';
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
import { numbers } from '../operators/support/seen.js';

const WORK_MS = 10;

const within = (ms: number) => (n: number) => of(n).pipe(delay(ms));

const delaysOf = (controller: PipelineBackPressureController): number[] =>
  Object.keys(controller.getPipelineStatus().stageStatuses).map((name) => controller.getStageThrottleDelayMs(name));

/** How many virtual milliseconds the records take, with and without a controller; the bottleneck is one of five. */
async function duration(capacity: number, records: number, options: ControllerOptions | null): Promise<number> {
  let ended = 0;
  let throttled = 0;
  const scheduler = new FlowTestScheduler();
  await scheduler.run(async () => {
    const controller = options === null ? null : new PipelineBackPressureController({ logger: 'off', ...options });
    const concurrency = Math.min(capacity, 4);
    const pipeline = fromPull(numbers(records)).pipe(
      gateway({ capacity }),
      keyGen({ keySelector: (n) => n % 7, capacity }),
      ingressProcessing<number>({ validate: () => true, capacity }),
      asyncEgress({ process: within(WORK_MS), maxConcurrentOperations: concurrency, capacity }),
      tap(() => {
        if (controller !== null) throttled = Math.max(throttled, ...delaysOf(controller));
      }),
      finalSink({ destination: callbackDestination(() => undefined), maxPendingAcknowledgments: capacity, capacity }),
    );
    const { delivered } = await run(controller === null ? pipeline : pipeline.pipe(control(controller)));
    expect(delivered).toBe(records);
    ended = asyncScheduler.now();
  });
  expect(scheduler.pending).toBe(0);
  if (options !== null) expect(throttled).toBeGreaterThan(0);
  return ended;
}

describe('with a pull source the throttle never costs the bottleneck anything', () => {
  it.each([1, 10, 1000])(
    'throughput is at least 0.98 of that without a controller, at capacity %i',
    async (capacity) => {
      const records = Math.min(3 * capacity + 200, 2200);
      const without = await duration(capacity, records, null);
      expect(without).toBe(Math.ceil(records / Math.min(capacity, 4)) * WORK_MS);
      for (const throttle of ['continuous' as const, 'classic' as const, () => 100]) {
        expect(without / (await duration(capacity, records, { throttle }))).toBeGreaterThanOrEqual(0.98);
      }
    },
  );

  it('nor does one that delays as long as it can, wherever the bottleneck is', async () => {
    const takes = async (slow: number, throttle: ControllerOptions['throttle']) => {
      let ended = 0;
      await new FlowTestScheduler().run(async () => {
        const controller = new PipelineBackPressureController({ logger: 'off', throttle });
        const stages = numbers(4).map((n) =>
          stage(within(n === slow ? WORK_MS : 1), { name: `stage ${String(n)}`, capacity: 10, concurrency: 2 }),
        );
        const [one = map((n: number) => n), two = one, three = one, four = one] = stages;
        await run(fromPull(numbers(200)).pipe(one, two, three, four, control(controller)));
        ended = asyncScheduler.now();
      });
      return ended;
    };
    for (const slow of [0, 1, 2, 3]) {
      expect((await takes(slow, 'off')) / (await takes(slow, () => 100))).toBeGreaterThanOrEqual(0.98);
    }
  });
});

describe('when load goes to zero, throttle goes to zero', () => {
  it('while the pipeline stays, after a long time above every threshold', async () => {
    await new FlowTestScheduler().run(async ({ advance }) => {
      const controller = new PipelineBackPressureController({ logger: 'off' });
      let isOpen = true;
      const rows = fromPull(async function* () {
        yield* numbers(400);
        while (isOpen) await new Promise<void>((later) => asyncScheduler.schedule(() => later(), 500));
      });
      const pipeline = rows.pipe(
        gateway({ capacity: 20 }),
        asyncEgress({ process: within(WORK_MS), maxConcurrentOperations: 4, capacity: 20, name: 'call' }),
        control(controller),
      );
      const report = run(pipeline);
      await advance(500);
      expect(Math.max(...delaysOf(controller))).toBeGreaterThan(0);
      await advance(4000);
      const { stageStatuses, overallPressureLevel } = controller.getPipelineStatus();
      expect(delaysOf(controller)).toEqual([0, 0]);
      expect(Object.values(stageStatuses).map(({ inFlight }) => inFlight)).toEqual([0, 0]);
      expect(overallPressureLevel).toBeLessThan(0.01);
      isOpen = false;
      expect((await report).delivered).toBe(400);
    });
  });
});
