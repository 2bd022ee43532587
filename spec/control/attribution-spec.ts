import { describe, expect, it } from '@jest/globals';
import { interval, map, take } from 'rxjs';
import {
  asyncEgress,
  callbackDestination,
  control,
  finalSink,
  fromPull,
  gateway,
  ingressProcessing,
  keyGen,
  onBackpressureBuffer,
  PipelineBackPressureController,
  type Health,
} from '../../lib/index.js';
import { FlowTestScheduler } from '../../lib/testing/FlowTestScheduler.js';
import { numbers } from '../operators/support/seen.js';

const hang = () => new Promise<never>(() => undefined);
const at = (stopped: string, name: string) => (n: number) => (stopped === name ? hang() : Promise.resolve(n));

/** The five stages, one of which stands still. */
const five = (stopped: string) =>
  fromPull(numbers(100_000)).pipe(
    gateway<number>(),
    keyGen<number>({ keySelector: (n) => n % 100 }),
    ingressProcessing<number, number, number>({ preprocess: at(stopped, 'ingressProcessing') }),
    asyncEgress({ process: at(stopped, 'asyncEgress') }),
    finalSink<number>({
      destination: callbackDestination<number>(async (n) => void (await at(stopped, 'finalSink')(n))),
    }),
  );

describe('a stage that stands still', () => {
  it.each(['ingressProcessing', 'asyncEgress', 'finalSink'])(
    '%s is named as the bottleneck within one interval, and its victims are not',
    async (stopped) => {
      await new FlowTestScheduler().run(async ({ advance }) => {
        const controller = new PipelineBackPressureController();
        const running = five(stopped).pipe(control(controller)).subscribe();
        await advance(1);
        const named: (string | undefined)[] = [];
        controller.bottleneck$.subscribe((bottleneck) => named.push(bottleneck?.stage));
        await advance(2000);
        const { bottleneck, stageStatuses } = controller.getPipelineStatus();
        expect(bottleneck?.stage).toBe(stopped);
        expect(bottleneck?.forMs).toBeGreaterThanOrEqual(2000);
        expect(stageStatuses[stopped]?.activity).toBe('busy');
        const names = Object.keys(stageStatuses);
        const victims = names.slice(0, names.indexOf(stopped));
        for (const victim of victims) expect(stageStatuses[victim]?.activity).toBe('backPressured');
        for (const spared of names.slice(names.indexOf(stopped) + 1)) {
          expect(stageStatuses[spared]).toMatchObject({ activity: 'idle', backPressureLevel: 0 });
        }
        await advance(8000);
        expect(new Set(named)).toEqual(new Set([stopped]));
        running.unsubscribe();
        controller.close();
      });
    },
  );
});

describe('a pipeline whose calls all fail', () => {
  it.each([
    ['a flood', () => fromPull(numbers(100_000))],
    ['a trickle', () => interval(700).pipe(take(100), onBackpressureBuffer({ capacity: 10 }))],
  ])('is never healthy: %s', async (_, source) => {
    await new FlowTestScheduler().run(async ({ advance }) => {
      const controller = new PipelineBackPressureController({ deadLetters: { whenFull: 'dropOldest' } });
      const running = source()
        .pipe(
          map((n) => n),
          gateway(),
          asyncEgress({
            process: () => Promise.reject(new Error('down')),
            maxAttempts: 2,
            baseRetryDelayMs: 1000,
            jitter: 'none',
          }),
          control(controller),
        )
        .subscribe();
      await advance(2000);
      const seen = new Set<Health>();
      for (let n = 0; n < 20; n++) {
        await advance(333);
        const { health, stageStatuses } = controller.getPipelineStatus();
        expect(stageStatuses['asyncEgress']?.errorRate).toBe(1);
        seen.add(health);
      }
      expect([...seen]).toEqual(['critical']);
      running.unsubscribe();
      controller.close();
    });
  });

  it('is not when the destination refuses all either', async () => {
    await new FlowTestScheduler().run(async ({ advance }) => {
      const controller = new PipelineBackPressureController();
      const destination = callbackDestination<number>(() => Promise.reject(new Error('down')));
      const trickle = interval(700).pipe(onBackpressureBuffer({ capacity: 10 }));
      const running = trickle.pipe(finalSink({ destination }), control(controller)).subscribe();
      await advance(1000);
      for (let n = 0; n < 50; n++) {
        await advance(333);
        expect(controller.getPipelineStatus().health).toBe('critical');
      }
      running.unsubscribe();
      controller.close();
    });
  });
});
