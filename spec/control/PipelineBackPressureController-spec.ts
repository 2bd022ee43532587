import { describe, expect, it, jest } from '@jest/globals';
import { NEVER, VirtualTimeScheduler } from 'rxjs';
import { CONTROLLER_OPTIONS, type ControllerOptions } from '../../lib/control/controllerOptions.js';
import { hashKey } from '../../lib/control/hashKey.js';
import { ObservedStages } from '../../lib/control/ObservedStages.js';
import { PipelineBackPressureController } from '../../lib/control/PipelineBackPressureController.js';
import { control } from '../../lib/operators/control.js';
import { stage } from '../../lib/operators/stage.js';
import { run } from '../../lib/sinks/run.js';
import { toAsyncIterable } from '../../lib/sinks/toAsyncIterable.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { gateway } from '../../lib/stages/gateway.js';
import { keyGen } from '../../lib/stages/keyGen.js';
import { codeIn, messageIn, thrownBy } from '../credit/support/errors.js';
import { everyOption } from '../options/everyOption.js';
import { numbers, see } from '../operators/support/seen.js';
import { Works } from '../operators/support/Works.js';
import { HandLog } from './support/HandLog.js';

const endless = () => fromPull(numbers(100_000));

/** A gateway over a stage that does as it is told, both with 16 places, under a controller in virtual time. */
function pipeline(options: ControllerOptions = {}) {
  const scheduler = new VirtualTimeScheduler();
  const controller = new PipelineBackPressureController({ scheduler, ...options });
  const works = new Works<number>();
  const levels: number[] = [];
  controller.pressure$.subscribe((level) => levels.push(level));
  const save = stage(works.start, { name: 'save', capacity: 16, concurrency: 4, scheduler, order: 'none' });
  const { running, seen } = see(endless().pipe(gateway({ capacity: 16, scheduler }), save, control(controller)));
  const look = (ms = 2000) => {
    scheduler.maxFrames = scheduler.frame + ms;
    scheduler.flush();
    scheduler.frame = scheduler.maxFrames;
  };
  return { controller, works, levels, running, seen, scheduler, look };
}

describe('the controller', () => {
  it('real load drives the pressure of every stage up, and relief brings it back to zero', async () => {
    const { controller, works, levels, running } = pipeline();
    const { stageStatuses } = controller.getPipelineStatus();
    expect(stageStatuses['save']?.backPressureLevel).toBe(1);
    expect(stageStatuses['gateway']?.backPressureLevel).toBeGreaterThanOrEqual(0.8);
    expect(['gateway', 'save'].map((name) => controller.shouldThrottleStage(name))).toEqual([true, true]);
    expect(Math.max(...levels)).toBe(1);
    running.unsubscribe();
    expect(levels.at(-1)).toBe(0);
    expect(works.begun).toHaveLength(4);
    await Promise.resolve();
  });

  it('a stage that has left says nothing more', async () => {
    const controller = new PipelineBackPressureController({ scheduler: new VirtualTimeScheduler() });
    const levels: number[] = [];
    controller.pressure$.subscribe((level) => levels.push(level));
    const fails = stage<number, unknown>(() => Promise.reject(new Error('no')), {
      onFailure: 'deadLetter',
      capacity: 1,
    });
    await run(fromPull(numbers(3)).pipe(fails, control(controller)));
    expect(Math.max(...levels)).toBeGreaterThan(0);
    expect(levels.at(-1)).toBe(0);
  });

  it('names the stage that withholds credit, for how long, and not its victims', () => {
    const { controller, look, running } = pipeline();
    look();
    const { bottleneck, stageStatuses } = controller.getPipelineStatus();
    expect(bottleneck).toEqual({ stage: 'save', forMs: 2000 });
    expect(stageStatuses['gateway']).toMatchObject({
      activity: 'backPressured',
      backPressuredMsPerSecond: 1000,
      passedOn: 16,
    });
    expect(stageStatuses['save']).toMatchObject({ activity: 'busy', busyMsPerSecond: 1000 });
    running.unsubscribe();
  });

  it('says health in the four words, and is never healthy while all calls fail', async () => {
    const { controller, works, look, running } = pipeline();
    expect(controller.getPipelineStatus().healthLabel).toBe('🔴 CRITICAL PRESSURE');
    running.unsubscribe();
    look();
    expect(controller.getPipelineStatus()).toMatchObject({ health: 'healthy', healthLabel: '✅ HEALTHY' });
    const failing = new PipelineBackPressureController({ scheduler: new VirtualTimeScheduler() });
    const fails = stage<number, Promise<never>>(() => Promise.reject(new Error('no')), {
      onFailure: 'deadLetter',
      name: 'call',
    });
    const { running: second } = see(endless().pipe(fails, control(failing)));
    for (let turn = 0; turn < 50; turn++) await Promise.resolve();
    const { health, stageStatuses } = failing.getPipelineStatus();
    expect([health, stageStatuses['call']?.errorRate]).toEqual(['critical', 1]);
    second.unsubscribe();
    expect(works.begun).toHaveLength(4);
  });

  it('lends credit to code outside Rx: the stage takes in fewer records until it is handed back', () => {
    const controller = new PipelineBackPressureController({ scheduler: new VirtualTimeScheduler() });
    const { running } = see(
      fromPull(async function* () {
        yield await new Promise<number>(() => undefined);
      }).pipe(
        stage((n: number) => n, { capacity: 10, name: 'save' }),
        control(controller),
      ),
    );
    expect([controller.requestCredits('save', 4), controller.requestCredits('save', 99)]).toEqual([4, 6]);
    expect(controller.replenishCredits('save', 10)).toBe(true);
    expect([controller.replenishCredits('save', 1), controller.refusedReplenishments]).toEqual([false, 1]);
    running.unsubscribe();
  });

  it('an unknown stage is an error that lists the known ones', () => {
    const { controller, running } = pipeline();
    const error = thrownBy(() => controller.requestCredits('sink', 1));
    expect([codeIn(error), messageIn(error)]).toEqual(['UNKNOWN_STAGE', expect.stringContaining('gateway, save')]);
    expect(codeIn(thrownBy(() => controller.requestCredits('save', 0)))).toBe('CREDIT');
    running.unsubscribe();
  });

  it('C9: no timer runs without stages, and none is left', () => {
    const { running, scheduler, controller } = pipeline();
    expect(scheduler.actions.length).toBeGreaterThan(0);
    running.unsubscribe();
    expect(scheduler.actions).toHaveLength(0);
    controller.close();
  });

  it('closed while running: nothing is throttled any more, and the pipeline goes on', () => {
    const { controller, running, works } = pipeline();
    controller.close();
    expect(works.begun).toHaveLength(4);
    running.unsubscribe();
  });

  it('the same name in many pipelines is one stage', () => {
    const controller = new PipelineBackPressureController({ scheduler: new VirtualTimeScheduler() });
    const all = numbers(100).map(() =>
      see(
        endless().pipe(
          stage(() => NEVER, { capacity: 3, name: 'save' }),
          control(controller),
        ),
      ),
    );
    expect(controller.getPipelineStatus().stageStatuses['save']).toMatchObject({ instances: 100, inFlight: 300 });
    for (const { running } of all) running.unsubscribe();
    expect(controller.getPipelineStatus().stageStatuses).toEqual({});
  });

  it('a thousand pipelines under one controller cost each other nothing', async () => {
    const controller = new PipelineBackPressureController();
    const order = jest.spyOn(ObservedStages.prototype, 'all');
    const reports = await Promise.all(
      numbers(1000).map(() =>
        run(
          fromPull(numbers(20)).pipe(
            stage(async (n: number) => n, { capacity: 4, name: 'save' }),
            control(controller),
          ),
        ),
      ),
    );
    expect(reports.every(({ delivered, inFlight }) => delivered === 20 && inFlight === 0)).toBe(true);
    // To put all stages in order for each of 20,000 records took longer than their work.
    expect(order).not.toHaveBeenCalled();
    order.mockRestore();
    expect(controller.getPipelineStatus().stageStatuses).toEqual({});
  });

  it('control stands above a loop, which is no stage', async () => {
    const controller = new PipelineBackPressureController();
    const flow = fromPull(numbers(9)).pipe(
      stage((n: number) => n, { name: 'save', capacity: 2 }),
      control(controller),
    );
    const seen: unknown[] = [];
    for await (const n of toAsyncIterable(flow, { prefetch: 1 })) {
      seen.push([n, controller.getPipelineStatus().stageStatuses['save']?.activity]);
      if (n === 2) break;
    }
    expect(seen).toEqual([0, 1, 2].map((n) => [n, 'backPressured']));
    expect(controller.getPipelineStatus().stageStatuses).toEqual({});
  });

  it('control belongs below the last stage', () => {
    const controller = new PipelineBackPressureController();
    const { seen } = see(
      endless().pipe(
        control(controller),
        stage((n: number) => n, { name: 'late' }),
      ),
    );
    expect(codeIn((seen[0] as { error: unknown }).error)).toBe('OPTION');
    expect(() => control({} as never)).toThrow(/PipelineBackPressureController/);
  });

  it('refuses thresholds in the wrong order', () => {
    const options = { moderatePressureThreshold: 0.9, highPressureThreshold: 0.5 };
    expect(() => new PipelineBackPressureController(options)).toThrow(/moderate <= high <= critical/);
  });
});

everyOption('PipelineBackPressureController', CONTROLLER_OPTIONS, {
  monitoringIntervalMs: {
    does: 'the status is looked at in those frames',
    test: () => {
      const looks = (options: ControllerOptions) => {
        const { controller, running, look } = pipeline(options);
        let count = -1;
        controller.status$.subscribe(() => count++);
        look(1000);
        running.unsubscribe();
        return count;
      };
      expect([looks({}), looks({ monitoringIntervalMs: 250 })]).toEqual([expect.any(Number), looks({}) + 4]);
    },
  },
  moderatePressureThreshold: {
    does: 'the throttle begins there',
    test: () =>
      expect([delay({}), delay({ moderatePressureThreshold: 0.7 })]).toEqual([50, expect.closeTo(100 / 3, 6)]),
  },
  highPressureThreshold: {
    does: 'a stage above it is throttled',
    test: () => {
      const throttled = (options: ControllerOptions) => {
        const { controller, running } = pipeline({ stageThresholds: { gateway: 1, save: 1, other: 1 }, ...options });
        const answer = controller.shouldThrottleStage('save');
        running.unsubscribe();
        return answer;
      };
      expect([throttled({}), throttled({ highPressureThreshold: 1, criticalPressureThreshold: 1 })]).toEqual([
        true,
        false,
      ]);
    },
  },
  criticalPressureThreshold: {
    does: 'a stage whose work all fails has that pressure',
    test: async () => {
      const level = async (options: ControllerOptions) => {
        const controller = new PipelineBackPressureController({ scheduler: new VirtualTimeScheduler(), ...options });
        const fails = stage<number, Promise<never>>(() => Promise.reject(new Error('no')), {
          onFailure: 'deadLetter',
          capacity: 1000,
          name: 'call',
        });
        const { running } = see(
          fromPull(async function* () {
            yield* numbers(3);
            await new Promise(() => undefined);
          }).pipe(fails, control(controller)),
        );
        for (let turn = 0; turn < 100; turn++) await Promise.resolve();
        const { backPressureLevel } = controller.getPipelineStatus().stageStatuses['call'] ?? {};
        running.unsubscribe();
        return backPressureLevel;
      };
      expect([await level({}), await level({ criticalPressureThreshold: 0.95 })]).toEqual([0.9, 0.95]);
    },
  },
  stageThresholds: {
    does: 'the trigger of a stage is there',
    test: () => {
      const throttled = (options: ControllerOptions) => {
        const { controller, running } = pipeline({
          highPressureThreshold: 1,
          criticalPressureThreshold: 1,
          ...options,
        });
        const answer = controller.shouldThrottleStage('save');
        running.unsubscribe();
        return answer;
      };
      expect([throttled({}), throttled({ stageThresholds: { save: 0.5 } })]).toEqual([false, true]);
    },
  },
  weights: {
    does: 'the formula of a kind is that one',
    test: () => {
      const { controller, running } = pipeline({ weights: { other: [[{ weight: 0.25, of: ['c'] }]] } });
      expect(controller.getPipelineStatus().stageStatuses['save']?.backPressureLevel).toBe(0.25);
      running.unsubscribe();
    },
  },
  latencyObjectivesMs: {
    does: 'latency counts against it',
    test: async () => {
      const level = async (options: ControllerOptions) => {
        const { controller, works, scheduler, running, look } = pipeline({
          weights: { other: [[{ weight: 1, of: ['l'] }]] },
          monitoringIntervalMs: 100,
          ...options,
        });
        scheduler.frame = 100;
        await works.finish(0, 0);
        look(0);
        const { backPressureLevel } = controller.getPipelineStatus().stageStatuses['save'] ?? {};
        running.unsubscribe();
        return backPressureLevel;
      };
      expect([await level({}), await level({ latencyObjectivesMs: { save: 200 } })]).toEqual([
        expect.closeTo(0.1, 6),
        expect.closeTo(0.5, 6),
      ]);
    },
  },
  throttle: {
    does: 'says how long grants wait',
    test: () =>
      expect([
        delay({}),
        delay({ throttle: 'classic' }),
        delay({ throttle: 'off' }),
        delay({ throttle: () => 7 }),
      ]).toEqual([50, 20, 0, 7]),
  },
  deadLetters: {
    does: 'are kept so',
    test: () => expect(new PipelineBackPressureController({ deadLetters: { maxSize: 5 } }).deadLetters.maxSize).toBe(5),
  },
  signals: {
    does: 'what they return counts, whatever the stages do',
    test: () => {
      const level = (options: ControllerOptions) => {
        const { controller, running } = pipeline({ weights: { other: CALM, gateway: CALM }, ...options });
        const { overallPressureLevel } = controller.getPipelineStatus();
        running.unsubscribe();
        return overallPressureLevel;
      };
      expect([level({}), level({ signals: 'off' }), level({ signals: { m: () => 0.7 } })]).toEqual([0, 0, 0.7]);
    },
  },
  logger: {
    does: 'the lines go there',
    test: () => {
      const log = new HandLog();
      const { running } = pipeline({ logger: log });
      running.unsubscribe();
      expect(log.about('health')[0]?.[1]).toMatch(/^sluice: .* PRESSURE: pressure .*, was healthy$/);
      pipeline({ logger: 'off' }).running.unsubscribe();
    },
  },
  rebalance: {
    does: 'without it no assignment is looked at',
    test: () => {
      const moves = (options: ControllerOptions) => {
        const scheduler = new VirtualTimeScheduler();
        const controller = new PipelineBackPressureController({ scheduler, ...options });
        // All of them fall into the two groups of the first partition. Too few pass for keyGen to look by itself.
        const crowded = numbers(4000).filter((n) => (hashKey(n) ?? 0) % 4 < 2);
        const keys = keyGen<number>({
          keySelector: (n) => n,
          numberOfPartitions: 2,
          keyGroups: 4,
          onDeadLetter: () => undefined,
        });
        const { running } = see(
          fromPull(crowded).pipe(
            keys,
            stage(() => NEVER, { capacity: 200 }),
            control(controller),
          ),
        );
        scheduler.maxFrames = 10_000;
        scheduler.flush();
        const { partitionMoves } = controller.getPipelineStatus();
        running.unsubscribe();
        return partitionMoves;
      };
      expect(moves({ rebalance: false })).toBe(0);
      expect(moves({})).toBeGreaterThan(0);
    },
  },
  scheduler: {
    does: 'its clock is the one that counts',
    test: () => {
      const { controller, scheduler, running, look } = pipeline();
      look(4000);
      expect([controller.getPipelineStatus().bottleneck?.forMs, scheduler.frame]).toEqual([4000, 4000]);
      running.unsubscribe();
    },
  },
});

/** Nothing presses. */
const CALM = [[{ weight: 0, of: ['q'] }]] as const;

/** The delay of the gateway's grants while its pressure is 0.8. */
function delay(options: ControllerOptions): number {
  const { controller, running } = pipeline(options);
  const answer = controller.getStageThrottleDelayMs('gateway');
  running.unsubscribe();
  return Math.round(answer * 1e6) / 1e6;
}
