import { describe, expect, it } from '@jest/globals';
import {
  animationFrameScheduler,
  asapScheduler,
  asyncScheduler,
  concat,
  delay,
  firstValueFrom,
  interval,
  map,
  mergeMap,
  NEVER,
  of,
  take,
  tap,
  throwError,
  timer,
} from 'rxjs';
import { stage } from '../../lib/operators/stage.js';
import { FlowTestScheduler, handFed, type FlowRunHelpers } from '../../lib/testing/index.js';

const failure = async (test: Parameters<FlowTestScheduler['run']>[0]): Promise<string> => {
  let error: unknown;
  await new FlowTestScheduler().run(test).catch((caught: unknown) => {
    error = caught;
  });
  return error instanceof Error ? error.message : `it did not fail: ${String(error)}`;
};

describe('FlowTestScheduler', () => {
  it('runs the example of its documentation', async () => {
    await new FlowTestScheduler().run(({ expectFlow }) => {
      const source = handFed(['a', 'b', 'c']);
      const work = (letter: string) => timer(2).pipe(map(() => letter.toUpperCase()));
      expectFlow(source.pipe(stage(work, { capacity: 1 })), '--2----1')
        .toEmit('--A-B--(C|)')
        .toRequest('1-1-1--1');
    });
  });

  it('plays cold and hot marbles and times as TestScheduler does', async () => {
    await new FlowTestScheduler().run(({ cold, hot, time, expectObservable, expectSubscriptions }) => {
      const source = cold(' --a--b|', { a: 1, b: 2 });
      expectObservable(source.pipe(delay(time('--|')))).toBe('----a--(b|)', { a: 1, b: 2 });
      expectSubscriptions(source.subscriptions).toBe('^-----!');
      const events = hot('--a--^--b--|');
      expectObservable(events).toBe('---b--|');
      expectObservable(events, '----^-!').toBe('------');
      expectObservable(cold('--#', undefined, new Error('x'))).toBe('--#', undefined, new Error('x'));
      expectObservable(of(1).pipe(delay(10_000))).toBe('10s (a|)', { a: 1 });
      expectObservable(cold('a|')).toEqual(of('a').pipe((a) => concat(a, timer(1).pipe(mergeMap(() => [])))));
    });
  });

  it('C12: every timer and clock of RxJS is virtual, and real again afterwards', async () => {
    const seen: (readonly [string, number])[] = [];
    await new FlowTestScheduler().run(() => {
      asyncScheduler.schedule(() => seen.push(['async', asyncScheduler.now()]), 5);
      asapScheduler.schedule(() => seen.push(['asap', asapScheduler.now()]));
      interval(3)
        .pipe(take(2))
        .subscribe(() => seen.push(['interval', asyncScheduler.now()]));
    });
    expect(seen).toEqual([
      ['asap', 0],
      ['interval', 3],
      ['async', 5],
      ['interval', 6],
    ]);
    expect(asyncScheduler.now()).toBeGreaterThan(1e12);
    expect(await firstValueFrom(timer(1))).toBe(0);
    expect(animationFrameScheduler.now()).toBeGreaterThan(1e12);
  });

  it('C12: promise-returning work settles in virtual time', async () => {
    await new FlowTestScheduler().run(({ expectFlow }) => {
      const slow = async (n: number) => {
        await firstValueFrom(timer(3));
        await Promise.resolve();
        return n * 10;
      };
      expectFlow(handFed([1, 2, 3]).pipe(stage(slow, { capacity: 2 })), '*').toEmit('---a--b--(c|)', {
        a: 10,
        b: 20,
        c: 30,
      });
    });
  });

  it('C12: an async generator settles in virtual time', async () => {
    await new FlowTestScheduler().run(({ expectObservable }) => {
      async function* letters() {
        for (const letter of 'abc') {
          await firstValueFrom(timer(2));
          yield letter;
        }
      }
      expectObservable(of(0).pipe(mergeMap(() => letters()))).toBe('--a-b-(c|)');
    });
  });

  it('lets time pass while the promise of the test is pending', async () => {
    const scheduler = new FlowTestScheduler();
    const at = await scheduler.run(async ({ advance }) => {
      await firstValueFrom(timer(1000));
      await advance(10);
      return scheduler.now();
    });
    expect(at).toBe(1010);
  });

  it('advances by exactly what it is told', async () => {
    const ticks: number[] = [];
    await new FlowTestScheduler().run(async ({ advance }) => {
      const subscription = interval(10).subscribe((n) => ticks.push(n));
      await advance(35);
      expect(ticks).toEqual([0, 1, 2]);
      subscription.unsubscribe();
    });
    expect(ticks).toEqual([0, 1, 2]);
  });

  it('says so when the promise of the test can never settle', async () => {
    expect(await failure(() => new Promise(() => undefined))).toContain('nothing is left to happen in virtual time');
  });

  it('refuses a second run before the first has ended', async () => {
    const first = new FlowTestScheduler().run(({ advance }) => advance(1));
    await expect(new FlowTestScheduler().run(() => undefined)).rejects.toThrow('another run has not ended');
    await first;
  });

  it('gives time back when the test fails, and drops what was scheduled', async () => {
    const late: string[] = [];
    const broken = new FlowTestScheduler().run(() => {
      timer(5).subscribe(() => late.push('timer'));
      throw new Error('the test fails');
    });
    await expect(broken).rejects.toThrow('the test fails');
    await new FlowTestScheduler().run(() => undefined);
    expect(late).toEqual([]);
  });

  it('fails the run with an error that nobody handles', async () => {
    const unhandled = new FlowTestScheduler().run(() => {
      throwError(() => new Error('nobody listens')).subscribe();
    });
    await expect(unhandled).rejects.toThrow('nobody listens');
  });

  it('counts what is pending', async () => {
    const scheduler = new FlowTestScheduler();
    await scheduler.run(async ({ advance }) => {
      const subscription = interval(1).pipe(tap()).subscribe();
      expect(scheduler.pending).toBe(1);
      subscription.unsubscribe();
      await advance(0);
      expect(scheduler.pending).toBe(0);
    });
  });

  it('prints both sides of a failed expectation as aligned marbles', async () => {
    expect(await failure(({ cold, expectObservable }) => expectObservable(cold('a-b--|')).toBe('a--b-|'))).toBe(
      [
        'what the Observable emits differs at 2 ms: b came 1 ms too early',
        '  expected  a--b-|',
        '  actual    a-b--|',
        '              ^ 2 ms',
      ].join('\n'),
    );
  });

  it('prints demand above what is emitted, and a legend for what one letter cannot say', async () => {
    expect(
      await failure(({ expectFlow }) => {
        expectFlow(handFed([{ id: 1 }, { id: 2 }]), '2--1').toEmit('a--(b|)', { a: { id: 1 }, b: { id: 2 } });
      }),
    ).toBe(
      [
        'what the flow emits differs at 0 ms: b came 3 ms too early',
        '  demand    2-- 1',
        '  expected  a-- (b|)',
        '  actual    (ab)|',
        '            ^ 0 ms',
        '  where a = {"id":1}',
        '  where b = {"id":2}',
      ].join('\n'),
    );
  });

  it('names the place where the expectation was written', async () => {
    const scheduler = new FlowTestScheduler();
    const error = await scheduler
      .run(({ cold, expectObservable }) => expectObservable(cold('a|')).toBe('b|'))
      .catch((caught: unknown) => caught as Error);
    expect((error as Error).stack?.split('\n').find((line) => line.trim().startsWith('at '))).toContain(
      'FlowTestScheduler-spec',
    );
  });

  it.each<[string, string, string]>([
    ['a-b', 'a', '2 ms: b is not expected'],
    ['a', 'a-b', '2 ms: b is missing'],
    ['-a', 'a', '0 ms: a came 1 ms too late'],
    ['a', 'b', '0 ms: b is expected, a came'],
    ['-a', 'b', '0 ms: b is missing'],
    ['a', '-b', '0 ms: a is not expected'],
    ['|', '#', '0 ms: # is expected, | came'],
  ])('says in words that %s is not %s', async (actual, expected, words) => {
    expect(await failure(({ cold, expectObservable }) => expectObservable(cold(actual)).toBe(expected))).toContain(
      `what the Observable emits differs at ${words}\n`,
    );
  });

  it('says which error was expected, and in which places two objects differ', async () => {
    expect(await failure(({ cold, expectObservable }) => expectObservable(cold('#')).toBe('#', {}, 'e'))).toBe(
      [
        'what the Observable emits differs at 0 ms: another # is expected',
        '  expected  #',
        '  actual    #',
        '            ^ 0 ms',
        '  where # (expected) = "e"',
        '  where # (actual) = "error"',
      ].join('\n'),
    );
    const values = { a: { id: 1, tags: ['x'] } };
    const other = { a: { id: 1, tags: ['y'] } };
    expect(
      await failure(({ cold, expectObservable }) => expectObservable(cold('a', other)).toBe('a', values)),
    ).toContain('\n  A.tags[0] is expected to be "x" and is "y"');
  });

  it.each<[string, (helpers: FlowRunHelpers) => unknown]>([
    ['cold', ({ cold }) => cold('(')],
    ['hot', ({ hot }) => hot('(')],
    ['time', ({ time }) => time('(')],
    ['expectFlow', ({ expectFlow }) => expectFlow(NEVER, '(')],
    ['toEmit', ({ expectFlow }) => expectFlow(NEVER).toEmit('(')],
    ['toRequest', ({ expectFlow }) => expectFlow(NEVER).toRequest('(')],
    ['toBuffer', ({ expectFlow }) => expectFlow(NEVER).toBuffer('(')],
    ['expectObservable', ({ expectObservable }) => expectObservable(NEVER, '(')],
    ['toBe', ({ expectObservable }) => expectObservable(NEVER).toBe('(')],
    ['toBe of subscriptions', ({ expectSubscriptions }) => expectSubscriptions([]).toBe('(')],
  ])('names the place where bad marbles were given to %s', async (_, test) => {
    const error: unknown = await new FlowTestScheduler().run(test).catch((caught: unknown) => caught);
    expect((error as Error).message).toContain("'(' without ')'");
    expect((error as Error).stack?.split('\n').find((line) => line.trim().startsWith('at '))).toContain(
      'FlowTestScheduler-spec',
    );
  });
});
