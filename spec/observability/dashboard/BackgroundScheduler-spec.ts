import { describe, expect, it } from '@jest/globals';
import { interval, take, toArray, lastValueFrom } from 'rxjs';
import { BackgroundScheduler } from '../../../lib/observability/dashboard/BackgroundScheduler.js';

describe('time that keeps nothing alive', () => {
  it('works for the operators of RxJS as any scheduler', async () => {
    const keepsTheTestAlive = setInterval(() => undefined, 5);
    const scheduler = new BackgroundScheduler();
    await expect(lastValueFrom(interval(2, scheduler).pipe(take(3), toArray()))).resolves.toEqual([0, 1, 2]);
    clearInterval(keepsTheTestAlive);
  });

  it('passes the state on, is not run once unsubscribed, and ends when it is not scheduled again', async () => {
    const scheduler = new BackgroundScheduler();
    const seen: unknown[] = [];
    const again = scheduler.schedule<number>(
      function (n = 0) {
        seen.push(n);
        if (n < 2) this.schedule(n + 1, 1);
      },
      1,
      0,
    );
    scheduler.schedule(() => seen.push('never'), 1).unsubscribe();
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect([seen, again.closed]).toEqual([[0, 1, 2], true]);
  });
});
