import { describe, expect, it } from '@jest/globals';
import { VirtualTimeScheduler } from 'rxjs';
import { Strays } from '../../lib/stages/Strays.js';

function watched() {
  const scheduler = new VirtualTimeScheduler();
  const told: [frame: number, strays: number][] = [];
  const strays = new Strays(scheduler, (count) => told.push([scheduler.frame, count]));
  const until = (frame: number) => {
    scheduler.maxFrames = frame;
    scheduler.flush();
  };
  return { scheduler, told, strays, until };
}

describe('work that was given up', () => {
  it('is told of once, 100 ms later, where it is certain that it still goes on', () => {
    const { told, strays, until } = watched();
    strays.begin(true);
    strays.begin(true);
    until(99);
    strays.end();
    until(1000);
    expect(told).toEqual([[200, 1]]);
    expect(strays.count).toBe(1);
  });

  it('is told of again for what came later, and never sooner than it has gone on for 100 ms', () => {
    const { scheduler, told, strays, until } = watched();
    strays.begin(true);
    scheduler.schedule(() => {
      strays.begin(true);
    }, 60);
    until(1000);
    expect(told).toEqual([
      [100, 1],
      [200, 2],
    ]);
  });

  it('is not told of when it ended, was stopped, or nobody would hear', () => {
    const { scheduler, told, strays, until } = watched();
    strays.begin(false);
    strays.begin(true);
    strays.end();
    strays.end();
    strays.begin(true);
    strays.stop();
    until(1000);
    expect(told).toEqual([]);
    expect(scheduler.actions).toEqual([]);
    expect(strays.count).toBe(1);
  });
});
