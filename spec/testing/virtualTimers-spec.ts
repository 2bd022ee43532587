import { describe, expect, it } from '@jest/globals';
import { VirtualTimeScheduler } from 'rxjs';
import { virtualTimers } from '../../lib/testing/virtualTimers.js';

describe('virtualTimers', () => {
  it('runs what is due in the order of a real event loop: immediates, intervals, timeouts', () => {
    const scheduler = new VirtualTimeScheduler();
    const { immediate, interval, timeout } = virtualTimers(scheduler);
    const seen: string[] = [];
    timeout.setTimeout(() => seen.push(`timeout ${scheduler.now()}`), 0);
    const handle = interval.setInterval(() => {
      seen.push(`interval ${scheduler.now()}`);
      interval.clearInterval(handle);
    });
    immediate.setImmediate(() => seen.push(`immediate ${scheduler.now()}`));
    scheduler.flush();
    expect(seen).toEqual(['immediate 0', 'interval 0', 'timeout 0']);
  });

  it('waits as long as it is told, and repeats intervals only', () => {
    const scheduler = new VirtualTimeScheduler();
    const { interval, timeout } = virtualTimers(scheduler);
    const seen: string[] = [];
    timeout.setTimeout(() => seen.push(`timeout ${scheduler.now()}`), 5);
    const handle = interval.setInterval(() => {
      seen.push(`interval ${scheduler.now()}`);
      if (scheduler.now() >= 6) interval.clearInterval(handle);
    }, 3);
    scheduler.flush();
    expect(seen).toEqual(['interval 3', 'timeout 5', 'interval 6']);
  });

  it('forgets what is cleared', () => {
    const scheduler = new VirtualTimeScheduler();
    const { immediate, interval, timeout } = virtualTimers(scheduler);
    const fail = () => {
      throw new Error('cleared');
    };
    immediate.clearImmediate(immediate.setImmediate(fail));
    interval.clearInterval(interval.setInterval(fail, 2));
    timeout.clearTimeout(timeout.setTimeout(fail, 3));
    timeout.clearTimeout(99);
    scheduler.flush();
    expect(scheduler.actions).toEqual([]);
  });
});
