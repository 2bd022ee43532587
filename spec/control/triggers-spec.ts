import { describe, expect, it } from '@jest/globals';
import type { Observable } from 'rxjs';
import { DEFAULT_TRIGGERS } from '../../lib/control/controllerOptions.js';
import {
  asyncEgress,
  callbackDestination,
  control,
  finalSink,
  fromPull,
  gateway,
  ingressProcessing,
  keyGen,
  PipelineBackPressureController,
  stage,
  type StageKind,
} from '../../lib/index.js';
import { FlowTestScheduler } from '../../lib/testing/FlowTestScheduler.js';
import { numbers } from '../operators/support/seen.js';

/** A service that answers nobody until it is relieved, and then everybody at once. */
class Service {
  private relieved = false;
  private readonly waiting: (() => void)[] = [];

  readonly call = (n: number): Promise<number> =>
    new Promise((resolve) => {
      if (this.relieved) resolve(n);
      else this.waiting.push(() => resolve(n));
    });

  relieve(): void {
    this.relieved = true;
    for (const answer of this.waiting.splice(0)) answer();
  }
}

/** Gives so many records, and then stays subscribed and gives nothing. */
const load = (length: number) =>
  fromPull(async function* () {
    yield* numbers(length);
    await new Promise(() => undefined);
  });

type Pipeline = (source: Observable<number>, service: Service) => Observable<unknown>;

const below = ({ call }: Service) => stage(call, { name: 'below', concurrency: 256 });

/** Per stage: a real load that it cannot keep up with. Nothing but limits is given. */
const LOADS: readonly (readonly [Exclude<StageKind, 'other'>, string, Pipeline])[] = [
  [
    'gateway',
    'more records than may be on their way',
    (source, service) => source.pipe(gateway({ maxConcurrentRequests: 10 }), below(service)),
  ],
  ['gateway', 'a stopped stage below', (source, service) => source.pipe(gateway(), below(service))],
  [
    'keyGen',
    'a stopped stage below',
    (source, service) => source.pipe(keyGen({ keySelector: (n) => n }), below(service)),
  ],
  [
    'ingressProcessing',
    'a preparation that hangs',
    (source, { call }) => source.pipe(ingressProcessing({ preprocess: call })),
  ],
  ['asyncEgress', 'a service that hangs', (source, { call }) => source.pipe(asyncEgress({ process: call }))],
  [
    'finalSink',
    'a destination that acknowledges nothing',
    (source, { call }) =>
      source.pipe(finalSink({ destination: callbackDestination(async (n) => void (await call(n))) })),
  ],
];

describe('real load, with default weights, thresholds and capacities', () => {
  it.each(LOADS)(
    '%s: %s drives trigger and pressure over the threshold; relief brings both back to zero',
    async (kind, _, pipeline) => {
      await new FlowTestScheduler().run(async ({ advance }) => {
        const controller = new PipelineBackPressureController();
        const service = new Service();
        let delivered = 0;
        const running = pipeline(load(3000), service)
          .pipe(control(controller))
          .subscribe(() => delivered++);
        const ofStage = () => {
          const { backPressureLevel, trigger } = controller.getPipelineStatus().stageStatuses[kind] ?? {};
          return [trigger, backPressureLevel];
        };
        expect(controller.shouldThrottleStage(kind)).toBe(false);
        await advance(4000);
        for (const level of ofStage()) expect(level).toBeGreaterThan(DEFAULT_TRIGGERS[kind]);
        expect(controller.shouldThrottleStage(kind)).toBe(true);
        expect(controller.getStageThrottleDelayMs(kind)).toBeGreaterThan(0);
        service.relieve();
        await advance(120_000);
        expect([delivered, ...ofStage()]).toEqual([3000, 0, 0]);
        expect([controller.shouldThrottleStage(kind), controller.getStageThrottleDelayMs(kind)]).toEqual([false, 0]);
        expect(controller.getPipelineStatus()).toMatchObject({
          overallPressureLevel: 0,
          health: 'healthy',
          bottleneck: null,
        });
        running.unsubscribe();
        controller.close();
      });
    },
  );
});
