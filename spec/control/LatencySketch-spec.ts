import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { VirtualTimeScheduler } from 'rxjs';
import { LatencySketch } from '../../lib/control/LatencySketch.js';
import { PipelineBackPressureController } from '../../lib/control/PipelineBackPressureController.js';
import { StageMeter } from '../../lib/control/StageMeter.js';
import { control } from '../../lib/operators/control.js';
import { stage } from '../../lib/operators/stage.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { gateway } from '../../lib/stages/gateway.js';
import { numbers } from '../operators/support/seen.js';
import { Works } from '../operators/support/Works.js';

describe('the sketch of latencies', () => {
  it('knows any quantile to 4 %, from a hundredth of a millisecond to four hours', () => {
    const latencies = fc.array(fc.double({ min: 0.02, max: 10_000_000, noNaN: true }), {
      minLength: 1,
      maxLength: 200,
    });
    fc.assert(
      fc.property(latencies, (values) => {
        const sketch = new LatencySketch(0, 5000);
        for (const value of values) sketch.add(value, 0);
        const sorted = [...values].sort((one, other) => one - other);
        const exact = (share: number) => sorted[Math.ceil(sorted.length * share - 1e-6) - 1]!;
        const { p50, p95, p99 } = sketch.quantiles(0)!;
        for (const [got, share] of [
          [p50, 0.5],
          [p95, 0.95],
          [p99, 0.99],
        ] as const) {
          expect(Math.abs(got / exact(share) - 1)).toBeLessThan(0.04);
        }
      }),
    );
  });

  it('takes what is too short for nothing, and what is too long for the longest', () => {
    const sketch = new LatencySketch(0, 5000);
    sketch.add(0, 0);
    expect(sketch.quantiles(0)?.p99).toBe(0);
    sketch.add(1e12, 0, 100);
    expect(sketch.quantiles(0)?.p50).toBeGreaterThan(3.9 * 3_600_000);
  });

  it('forgets: latencies of five half-lives ago weigh next to nothing, and in the end there are none', () => {
    const sketch = new LatencySketch(0, 1000);
    sketch.add(1000, 0, 10);
    sketch.add(10, 5000, 10);
    expect(sketch.quantiles(5000)?.p95).toBeCloseTo(10, 0);
    expect(sketch.quantiles(20_000)).toBeNull();
  });

  it('counts each of many that are the same, at one moment and at the next', () => {
    const sketch = new LatencySketch(0, 1000);
    for (let n = 0; n < 100; n++) sketch.add(10, 0);
    for (let n = 0; n < 90; n++) sketch.add(500, 0);
    expect(sketch.quantiles(0)).toMatchObject({ p50: expect.closeTo(10, 0) });
    for (let n = 0; n < 20; n++) sketch.add(500, 0);
    expect(sketch.quantiles(0)?.p50).toBeGreaterThan(480);
    // What is a half-life younger weighs twice as much.
    for (let n = 0; n < 60; n++) sketch.add(10, 1000);
    expect(sketch.quantiles(1000)?.p50).toBeCloseTo(10, 0);
  });

  it('goes on after hours, when weights have been scaled down', () => {
    const sketch = new LatencySketch(0, 10);
    for (let now = 0; now < 100_000; now += 7) sketch.add(now < 99_000 ? 500 : 20, now);
    expect(sketch.quantiles(100_000)?.p99).toBeCloseTo(20, 0);
    expect(new LatencySketch(0, 10).quantiles(1e9)).toBeNull();
  });
});

describe('the spread of a meter', () => {
  it('is not kept until somebody wants it, and not any more when nobody does', () => {
    const meter = new StageMeter(() => 0);
    meter.observe(10, false);
    expect(meter.quantiles).toBeNull();
    meter.keepSpread(true);
    meter.observe(40, true);
    meter.makeUpFor(3);
    expect(meter.quantiles).toEqual({
      p50: expect.closeTo(10, 0),
      p95: expect.closeTo(40, -1),
      p99: expect.closeTo(40, -1),
    });
    meter.keepSpread(true);
    expect(meter.quantiles).not.toBeNull();
    meter.keepSpread(false);
    expect(meter.quantiles).toBeNull();
  });

  it('is empty where nothing is timed', () => {
    const meter = new StageMeter(() => 0);
    meter.keepSpread(true);
    meter.makeUpFor(1000);
    expect(meter.quantiles).toBeNull();
  });
});

describe('the latencies in a status', () => {
  it('are there while status$ is observed, for stages that come later as well, and the stage below is named', async () => {
    const scheduler = new VirtualTimeScheduler();
    const controller = new PipelineBackPressureController({ scheduler });
    const works = new Works<number>();
    const watching = controller.status$.subscribe();
    const save = stage(works.start, { name: 'save', capacity: 16, concurrency: 4, scheduler });
    const running = fromPull(numbers(100))
      .pipe(gateway({ capacity: 8, scheduler }), save, control(controller))
      .subscribe();
    scheduler.frame = 40;
    await works.finish(0, 0);
    const status = () => controller.getPipelineStatus().stageStatuses;
    expect(status()['save']?.latency?.p50).toBeCloseTo(40, -1);
    expect(status()['gateway']).toMatchObject({ latency: null, below: ['save'], capacity: 8 });
    expect(status()['save']).toMatchObject({ below: [], capacity: 16 });
    const second = controller.status$.subscribe();
    watching.unsubscribe();
    expect(status()['save']?.latency).not.toBeNull();
    second.unsubscribe();
    expect(status()['save']?.latency).toBeNull();
    running.unsubscribe();
  });
});
