import { describe, expect, it } from '@jest/globals';
import { config, VirtualTimeScheduler } from 'rxjs';
import { LineLimiter, type Line } from '../../lib/control/LineLimiter.js';
import { HandLog } from './support/HandLog.js';

function limiter() {
  const scheduler = new VirtualTimeScheduler();
  const log = new HandLog(() => scheduler.frame);
  const limited = new LineLimiter(log, scheduler);
  const note = (message: string, key = 'a') => {
    limited.note(key, (): Line => ({ level: 'warn', message, details: {} }));
  };
  const until = (frame: number) => {
    scheduler.maxFrames = frame;
    scheduler.flush();
    scheduler.frame = frame;
  };
  return { scheduler, log, limited, note, until };
}

describe('at most one line of a kind in 5000 ms', () => {
  it('the first at once, the rest in one line at the end of the window, to the frame', () => {
    const { log, limited, note, until, scheduler } = limiter();
    limited.resume();
    until(7);
    note('first');
    for (let n = 0; n < 1000; n++) note(`later ${n}`);
    until(5006);
    expect(log.lines).toEqual([[7, 'warn', 'sluice: first', { count: 1 }]]);
    until(5007);
    expect(log.lines.slice(1)).toEqual([
      [5007, 'warn', 'sluice: later 999, 1000 times since the last such line', { count: 1000 }],
    ]);
    // The summary was a line too: the next window begins with it.
    until(6000);
    note('again');
    until(10_006);
    expect(log.lines).toHaveLength(2);
    until(10_007);
    expect(log.lines[2]).toEqual([10_007, 'warn', 'sluice: again', { count: 1 }]);
    until(20_000);
    expect(scheduler.actions).toEqual([]);
    note('after a quiet time');
    expect(log.lines[3]).toEqual([20_000, 'warn', 'sluice: after a quiet time', { count: 1 }]);
  });

  it('each kind by itself', () => {
    const { log, limited, note, until } = limiter();
    limited.resume();
    note('a1', 'a');
    until(100);
    note('b1', 'b');
    note('a2', 'a');
    note('b2', 'b');
    until(20_000);
    expect(log.lines.map(([frame, , message]) => [frame, message])).toEqual([
      [0, 'sluice: a1'],
      [100, 'sluice: b1'],
      [5000, 'sluice: a2'],
      [5100, 'sluice: b2'],
    ]);
  });

  it('says what is held back when everybody leaves, and leaves no timer', () => {
    const { log, limited, note, until, scheduler } = limiter();
    limited.resume();
    note('first');
    note('second');
    until(10);
    limited.pause();
    expect(log.lines.map(([frame, , message]) => [frame, message])).toEqual([
      [0, 'sluice: first'],
      [10, 'sluice: second'],
    ]);
    expect(scheduler.actions).toEqual([]);
  });

  it('thousands of short pipelines in a row are no flood, and nothing of them is lost', () => {
    const { log, limited, note, until } = limiter();
    for (let frame = 0; frame < 10_000; frame++) {
      until(frame);
      limited.resume();
      note('one');
      note('two');
      limited.pause();
    }
    // Two lines when it begins, then one in each window and one where the pipeline of that line ends.
    expect(log.lines.length).toBeLessThanOrEqual(6);
    limited.close();
    expect(log.total).toBe(20_000);
  });

  it('without a timer the next line says what was held back, of every kind', () => {
    const { log, note, until } = limiter();
    for (let n = 0; n < 3; n++) note('a', 'a');
    note('b', 'b');
    note('b', 'b');
    until(5000);
    note('a', 'a');
    expect(log.lines.slice(2)).toEqual([
      [5000, 'warn', 'sluice: a, 3 times since the last such line', { count: 3 }],
      [5000, 'warn', 'sluice: b', { count: 1 }],
    ]);
    expect(log.total).toBe(6);
  });

  it('says the rest at close', () => {
    const { log, limited, note } = limiter();
    for (let n = 0; n < 5; n++) note('a');
    limited.close();
    limited.close();
    expect(log.lines.map(([, , , { count }]) => count)).toEqual([1, 4]);
  });

  it('a clock that is set back keeps nothing silent', () => {
    const { log, note, scheduler } = limiter();
    scheduler.frame = 1_000_000;
    note('before');
    scheduler.frame = 0;
    note('after');
    expect(log.lines).toHaveLength(2);
  });

  it('a logger that throws harms nobody, and is heard of', () => {
    const scheduler = new VirtualTimeScheduler();
    const broken = () => {
      throw new Error('disk full');
    };
    const limited = new LineLimiter({ debug: broken, info: broken, warn: broken, error: broken }, scheduler);
    const heard: unknown[] = [];
    config.onUnhandledError = (error) => heard.push(error);
    return new Promise<void>((resolve) => {
      expect(() => limited.note('a', () => ({ level: 'warn', message: 'a', details: {} }))).not.toThrow();
      setTimeout(() => {
        config.onUnhandledError = null;
        expect(heard).toEqual([new Error('disk full')]);
        resolve();
      }, 1);
    });
  });
});
