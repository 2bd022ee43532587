import { describe, expect, it } from '@jest/globals';
import { delayPressure, heapPressure, platformProbe } from '../../../lib/observability/signals/nodeSignals.js';
import { runNode } from '../../credit/support/copies.js';

describe('the signals of Node', () => {
  it.each([
    [20, -0.6],
    [50, 0],
    [75, 0.5],
    [100, 1],
  ])('a heap of %p out of 100 presses with %p', (used, pressure) => {
    expect(heapPressure({ used_heap_size: used, heap_size_limit: 100 })).toBeCloseTo(pressure, 6);
  });

  it.each([
    // Ticks that come in time: an event waits for nobody.
    [20, 0, -1 / 9],
    // Every tick 120 ms late: an event waits for half of that, and 10 ms are usual.
    [140, 0, (70 - 10 - 10) / 90],
    // One block of 1000 ms in two seconds: 50 ticks in time and one late.
    [1980 / 51, 135.9, expect.any(Number)],
  ])('gaps of %p ms, deviating by %p: %p', (mean, deviation, expected) => {
    const pressure = delayPressure(mean, deviation);
    if (typeof expected === 'number') expect(pressure).toBeCloseTo(expected, 6);
    else expect(pressure).toBeGreaterThan(1);
  });

  it('an event loop that is blocked presses, and one that is free does not', async () => {
    const { code, stdout } = await runNode(`
      import { platformProbe } from './dist/observability/signals/nodeSignals.js';
      const probe = platformProbe();
      const wait = (ms) => new Promise((later) => setTimeout(later, ms));
      probe.start();
      await wait(60);
      probe.read();
      for (let n = 0; n < 4; n++) {
        const until = performance.now() + 250;
        while (performance.now() < until);
        await wait(1);
      }
      const blocked = probe.read();
      await wait(400);
      const free = probe.read();
      probe.stop();
      console.log(JSON.stringify([blocked.d > 0.8, free.d < blocked.d / 2, typeof free.m, 'n' in free]));`);
    expect([code, stdout]).toEqual([0, '[true,true,"number",false]']);
  }, 10_000);

  it('a heap that fills presses more', async () => {
    const { stdout } = await runNode(`
      import { platformProbe } from './dist/observability/signals/nodeSignals.js';
      const probe = platformProbe();
      const before = probe.read().m;
      const kept = Array.from({ length: 2_000_000 }, (_, n) => ({ n }));
      console.log(probe.read().m > before, kept.length);`);
    expect(stdout).toBe('true 2000000');
  }, 10_000);

  it('a probe that was never stopped keeps no process alive', async () => {
    const { code, stdout } = await runNode(`
      import { platformProbe } from './dist/observability/signals/nodeSignals.js';
      platformProbe().start();
      const began = performance.now();
      process.on('exit', () => console.log(performance.now() - began < 1000));`);
    expect([code, stdout]).toEqual([0, 'true']);
  }, 10_000);

  it('stops twice, and starts again', () => {
    const probe = platformProbe();
    probe?.stop();
    probe?.start();
    probe?.stop();
    probe?.stop();
    probe?.start();
    expect(Object.keys(probe?.read() ?? {}).sort()).toEqual(['d', 'm']);
    probe?.stop();
  });
});
