import { describe, expect, it } from '@jest/globals';
import { config, NEVER, Subject, VirtualTimeScheduler } from 'rxjs';
import { PipelineBackPressureController } from '../../lib/control/PipelineBackPressureController.js';
import {
  PlatformSignals,
  type PlatformProbe,
  type PlatformReading,
  type PlatformSignal,
} from '../../lib/control/PlatformSignals.js';
import { control } from '../../lib/operators/control.js';
import { stage } from '../../lib/operators/stage.js';
import { see } from '../operators/support/seen.js';

/** An idle pipeline, so that nothing presses but the signals. */
function pipeline(signals: Partial<Record<PlatformSignal, () => number>>) {
  const scheduler = new VirtualTimeScheduler();
  const controller = new PipelineBackPressureController({ scheduler, signals, logger: 'off' });
  const levels: [number, number][] = [];
  controller.pressure$.subscribe((level) => levels.push([scheduler.frame, level]));
  const idle = stage(() => NEVER, { name: 'idle' });
  const { running } = see(new Subject<number>().pipe(idle, control(controller)));
  const until = (frame: number) => {
    scheduler.maxFrames = frame;
    scheduler.flush();
    scheduler.frame = frame;
  };
  return { controller, levels, running, until, scheduler };
}

describe('signals of the platform', () => {
  it.each(['n', 'm', 'd'] as const)(
    '%s by itself drives the overall pressure over the threshold, and relief brings it back, at the next look',
    (name) => {
      let value = 0;
      const { controller, levels, running, until } = pipeline({ [name]: () => value });
      until(1000);
      value = 0.85;
      until(3000);
      const status = controller.getPipelineStatus();
      expect(status).toMatchObject({ overallPressureLevel: 0.85, meanPressureLevel: 0, health: 'critical' });
      expect(status.signals).toEqual({ n: 0, m: 0, d: 0, [name]: 0.85 });
      expect(status.stageStatuses['idle']?.backPressureLevel).toBe(0);
      value = 0;
      until(4000);
      expect(controller.getPipelineStatus()).toMatchObject({ overallPressureLevel: 0, health: 'healthy' });
      expect(levels).toEqual([
        [0, 0],
        [2000, 0.85],
        [4000, 0],
      ]);
      running.unsubscribe();
    },
  );

  it('the overall pressure is the largest of all', () => {
    const { controller, running } = pipeline({ n: () => 0.2, m: () => 0.5, d: () => 0.4 });
    expect(controller.getPipelineStatus().overallPressureLevel).toBe(0.5);
    running.unsubscribe();
  });

  it('delays no grant: what the machine suffers from is not cured by slowing one stage', () => {
    const { controller, running } = pipeline({ m: () => 1 });
    expect([controller.getStageThrottleDelayMs('idle'), controller.shouldThrottleStage('idle')]).toEqual([0, false]);
    running.unsubscribe();
  });

  it('nothing presses when the last stage has left', () => {
    const { controller, running, levels } = pipeline({ m: () => 1 });
    running.unsubscribe();
    expect([controller.getPipelineStatus().overallPressureLevel, levels.at(-1)]).toEqual([0, [0, 0]]);
  });

  it.each([
    [-1, 0],
    [7, 1],
    [NaN, 0],
  ])('%p is taken for %p', (given, taken) => {
    const { controller, running } = pipeline({ d: () => given });
    expect(controller.getPipelineStatus().signals.d).toBe(taken);
    running.unsubscribe();
  });

  it('one that throws is heard of, and leaves the last value', async () => {
    const heard: unknown[] = [];
    config.onUnhandledError = (error) => heard.push(error);
    let broken = false;
    const { controller, running, until } = pipeline({
      m: () => {
        if (broken) throw new Error('no heap');
        return 0.4;
      },
    });
    broken = true;
    until(2000);
    await new Promise((later) => setTimeout(later, 1));
    config.onUnhandledError = null;
    expect([heard, controller.getPipelineStatus().signals.m]).toEqual([[new Error('no heap')], 0.4]);
    running.unsubscribe();
  });

  it('an option that is no signal is refused', () => {
    const make = (signals: unknown) => () => new PipelineBackPressureController({ signals: signals as 'off' });
    expect(make({ m: 1 })).toThrow(/signals/);
    expect(make({ x: () => 1 })).toThrow(/signals/);
    expect(make('on')).toThrow(/signals/);
  });
});

describe('a probe of the platform', () => {
  class HandProbe implements PlatformProbe {
    readonly log: string[] = [];
    value: Partial<PlatformReading> = { m: 0.3, d: 0.2 };
    start = () => void this.log.push('start');
    stop = () => void this.log.push('stop');
    read = () => this.value;
  }

  it('runs only while there are stages, and gives what nobody has replaced', () => {
    const probe = new HandProbe();
    const signals = new PlatformSignals({ d: () => 0.9 }, probe);
    expect([signals.reading, probe.log]).toEqual([{ n: 0, m: 0, d: 0 }, []]);
    signals.start();
    signals.start();
    expect([signals.reading, signals.highest]).toEqual([{ n: 0, m: 0.3, d: 0.9 }, 0.9]);
    probe.value = { m: 0.6 };
    signals.look();
    expect(signals.reading).toEqual({ n: 0, m: 0.6, d: 0.9 });
    signals.stop();
    signals.stop();
    expect([signals.reading, probe.log]).toEqual([{ n: 0, m: 0, d: 0 }, ['start', 'stop']]);
  });
});
