import { describe, expect, it } from '@jest/globals';
import { interval, take } from 'rxjs';
import { FlowTestScheduler } from '../../lib/testing/index.js';

describe('InsertedAction', () => {
  it('runs actions by their time, and those of one time as they were scheduled', async () => {
    const scheduler = new FlowTestScheduler();
    const ran: string[] = [];
    await scheduler.run(() => {
      for (const [at, name] of [
        [3, 'a'],
        [1, 'b'],
        [3, 'c'],
        [2, 'd'],
        [1, 'e'],
        [0, 'f'],
      ] as const) {
        scheduler.schedule(() => ran.push(name), at);
      }
    });
    expect(ran.join('')).toBe('fbedac');
  });

  it('keeps pace with many timers at once', async () => {
    const timers = 20_000;
    let fired = 0;
    await new FlowTestScheduler().run(() => {
      for (let n = 0; n < timers; n++)
        interval(5)
          .pipe(take(1))
          .subscribe(() => fired++);
    });
    expect(fired).toBe(timers);
  });
});
