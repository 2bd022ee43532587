import { describe, expect, it } from '@jest/globals';
import { asyncScheduler, EMPTY, map, NEVER, of, timer, type Observable } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import type { DeadLetter } from '../../lib/records/DeadLetter.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { asyncEgress, type AsyncEgressOptions } from '../../lib/stages/asyncEgress.js';
import type { EgressInfo } from '../../lib/stages/EgressInfo.js';
import { FlowTestScheduler, type FlowRunHelpers } from '../../lib/testing/index.js';
import { messageIn } from '../credit/support/errors.js';
import { failing, hanging, HandService, scene } from './support/egress.js';

type Options = AsyncEgressOptions<string, unknown>;

const inVirtualTime = <T>(test: (helpers: FlowRunHelpers) => T) => new FlowTestScheduler().run(test);
const no = new Error('no');
const exact = { jitter: 'none' } as const;

/** When each attempt on one record began that fails at once. */
async function attemptsOf(options: Partial<Options>, error: unknown = no): Promise<number[]> {
  const at: number[] = [];
  await inVirtualTime(async ({ flush }) => {
    const process = () => {
      at.push(asyncScheduler.now());
      throw error;
    };
    scene<string>({ ...exact, ...options, process }).feed('a');
    await flush();
  });
  return at;
}

describe('exact frames', () => {
  it('operationTimeoutMs: each attempt ends at its timeout, however many there are', async () => {
    await inVirtualTime(async ({ flush }) => {
      const service = new HandService<string>();
      const { process } = service;
      const { feed, log } = scene({ ...exact, process, operationTimeoutMs: 30, baseRetryDelayMs: 5 });
      feed('a');
      await flush();
      expect(service.said).toEqual(['0 a1', '35 a2', '75 a3']);
      expect(log).toEqual(['105 TIMEOUT a', '105 |']);
      expect(service.calls.map(({ signal }) => signal.aborted)).toEqual([true, true, true]);
      expect(messageIn(service.calls[0]?.signal.reason)).toContain('no answer within operationTimeoutMs (30)');
    });
  });

  it('operationTimeoutMs, in marbles of RxJS: an Observable is unsubscribed at that frame', () => {
    new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(
      ({ cold, expectObservable, expectSubscriptions }) => {
        const slow = cold('-----r|');
        const process = (letter: string): Observable<string> => (letter === 'a' ? slow : of(letter));
        const onDeadLetter = () => undefined;
        const options = { process, operationTimeoutMs: 4, maxAttempts: 2, baseRetryDelayMs: 3, ...exact, onDeadLetter };
        const source = fromPull(['a', 'b']);
        expectObservable(source.pipe(asyncEgress(options))).toBe('b----------|');
        expectSubscriptions(slow.subscriptions).toBe(['^---!', '-------^---!']);
      },
    );
  });

  it('totalTimeoutMs: over attempts and delays, from the first attempt on', async () => {
    await inVirtualTime(async ({ flush, advance }) => {
      const service = new HandService<string>();
      const { process } = service;
      const options = { ...exact, process, totalTimeoutMs: 50, baseRetryDelayMs: 20, maxConcurrentOperations: 1 };
      const { feed, log, letters } = scene(options);
      feed('a', 'b');
      await advance(10);
      service.refuse(0, no);
      await flush();
      // The second attempt on a begins at 30. b waits in the inbox until 50, and its 50 ms begin then.
      expect(service.said).toEqual(['0 a1', '30 a2', '50 b1']);
      expect(log).toEqual(['50 TIMEOUT a', '100 TIMEOUT b', '100 |']);
      expect(letters[0]).toMatchObject({ attempts: 2, firstAt: 10, lastAt: 50 });
      expect(letters[0]?.errors.map(messageIn)).toEqual(['no', expect.stringContaining('totalTimeoutMs (50)')]);
    });
  });

  it('totalTimeoutMs: in a delay too, and a delay that ends at that very frame begins nothing', async () => {
    expect(await attemptsOf({ totalTimeoutMs: 50, baseRetryDelayMs: 50 })).toEqual([0]);
    expect(await attemptsOf({ totalTimeoutMs: 50, baseRetryDelayMs: 49 })).toEqual([0, 49]);
  });

  it('totalTimeoutMs does not run while the result waits for credit', async () => {
    await inVirtualTime(async ({ advance }) => {
      const process = (letter: string) => timer(10).pipe(map(() => letter));
      const { feed, sink, log } = scene<string>({ process, totalTimeoutMs: 11, operationTimeoutMs: 11 }, 1);
      feed('a', 'b');
      await advance(500);
      expect(log).toEqual(['10 a']);
      sink.grant(1);
      expect(log).toEqual(['10 a', '500 b', '500 |']);
    });
  });

  it('baseRetryDelayMs: it doubles', async () => {
    expect(await attemptsOf({ maxAttempts: 5 })).toEqual([0, 100, 300, 700, 1500]);
    expect(await attemptsOf({ maxAttempts: 5, baseRetryDelayMs: 7 })).toEqual([0, 7, 21, 49, 105]);
  });

  it('maxRetryDelayMs: it does so up to there, for any number of attempts', async () => {
    expect(await attemptsOf({ maxAttempts: 8 })).toEqual([0, 100, 300, 700, 1500, 3100, 5100, 7100]);
    expect(await attemptsOf({ maxAttempts: 5, maxRetryDelayMs: 250 })).toEqual([0, 100, 300, 550, 800]);
    const many = await attemptsOf({ maxAttempts: 2000, baseRetryDelayMs: 1, maxRetryDelayMs: 10 });
    expect([many.length, many.at(-1)]).toEqual([2000, 1 + 2 + 4 + 8 + 1995 * 10]);
  });

  it.each<[unknown, number]>([
    [250, 250],
    [30, 100],
    [5000, 5000],
    [-1, 100],
    [NaN, 100],
    [Infinity, 100],
    ['250', 100],
    [undefined, 100],
  ])('an error with retryAfterMs %p is not tried again for %p ms', async (retryAfterMs, delay) => {
    expect(await attemptsOf({ maxAttempts: 2 }, Object.assign(new Error('busy'), { retryAfterMs }))).toEqual([
      0,
      delay,
    ]);
  });

  it('waits longer than a timer can', async () => {
    const month = 31 * 24 * 3_600_000;
    const busy = Object.assign(new Error('busy'), { retryAfterMs: month });
    expect(await attemptsOf({ maxAttempts: 2 }, busy)).toEqual([0, month]);
  });

  it('jitter: a share of each delay, which the seed decides', async () => {
    const some = { maxAttempts: 6, jitter: 'full' } as const;
    const first = await attemptsOf(some);
    expect(await attemptsOf(some)).toEqual(first);
    expect(await attemptsOf({ ...some, seed: 2 })).not.toEqual(first);
    const delays = first.slice(1).map((at, index) => at - (first[index] ?? 0));
    delays.forEach((delay, index) => {
      expect(delay).toBeGreaterThanOrEqual(0);
      expect(delay).toBeLessThan(100 * 2 ** index);
    });
  });

  it('the first and the last failure are in the letter', async () => {
    await inVirtualTime(async ({ flush }) => {
      const { feed, letters } = scene<string>({ ...exact, process: () => timer(3).pipe(map(failing)) });
      feed('a');
      await flush();
      expect(letters).toMatchObject([
        { attempts: 3, firstAt: 3, lastAt: 3 + 100 + 3 + 200 + 3 } satisfies Partial<DeadLetter>,
      ]);
    });
  });
});

describe('progress', () => {
  /** Says so at these times, and ends at 100. */
  const upload =
    (...times: number[]) =>
    (letter: string, { progress, record }: EgressInfo) => {
      for (const time of times) {
        asyncScheduler.schedule(() => {
          progress(time / 100);
          uploaded.push([asyncScheduler.now(), record.progress]);
        }, time);
      }
      return timer(100).pipe(map(() => letter));
    };
  let uploaded: unknown[] = [];

  const play = async (process: Options['process'], options: Partial<Options> = {}): Promise<string[]> => {
    uploaded = [];
    let log: string[] = [];
    await inVirtualTime(async ({ flush }) => {
      const stage = scene<string>({ operationTimeoutMs: 30, maxAttempts: 1, ...options, process });
      log = stage.log;
      stage.feed('a');
      await flush();
    });
    return log;
  };

  it('begins the operation timeout again, and is kept with the record', async () => {
    expect(await play(upload())).toEqual(['30 TIMEOUT a', '30 |']);
    expect(await play(upload(29, 58, 87))).toEqual(['100 a', '100 |']);
    expect(uploaded).toEqual([
      [29, 0.29],
      [58, 0.58],
      [87, 0.87],
    ]);
    expect(await play(upload(29, 58))).toEqual(['88 TIMEOUT a', '88 |']);
  });

  it('does not move totalTimeoutMs', async () => {
    expect(await play(upload(29, 58, 87), { totalTimeoutMs: 60 })).toEqual(['60 TIMEOUT a', '60 |']);
  });

  it('of an attempt that has ended means nothing', async () => {
    const calls: EgressInfo[] = [];
    const process = (_: string, info: EgressInfo) => {
      calls.push(info);
      for (const earlier of calls) earlier.progress(0.9 - calls.indexOf(earlier) / 10);
      asyncScheduler.schedule(() => {
        calls[0]?.progress(0.1);
        uploaded.push(info.record.progress);
      }, 20);
      return NEVER;
    };
    const log = await play(process, { maxAttempts: 2, baseRetryDelayMs: 0 });
    // The first attempt's progress at 20 counts, at 50 it is over by the timeout of 50.
    expect(log).toEqual(['80 TIMEOUT a', '80 |']);
    expect(uploaded).toEqual([0.1, 0.8]);
  });

  it('of a record whose result waits for credit means nothing either', async () => {
    await inVirtualTime(async ({ advance }) => {
      let late: EgressInfo['progress'] = () => undefined;
      const process = (letter: string, { progress, record }: EgressInfo) => {
        if (letter === 'a') late = progress;
        return timer(10).pipe(map(() => `${letter} ${String(record.progress)}`));
      };
      const { source, sink, log, machine } = scene<string>(
        { process, operationTimeoutMs: 30, maxConcurrentOperations: 1 },
        0,
      );
      source.send('a', 'b');
      await advance(20);
      late(0.9);
      await advance(100);
      expect(log).toEqual([]);
      sink.grant(1);
      // Now the place is that of b.
      await advance(5);
      late(0.9);
      sink.grant(1);
      await advance(100);
      expect(log).toEqual(['120 a undefined', '130 b undefined']);
      expect(machine.timeouts).toBe(0);
    });
  });

  it('may be asked for where there is no timeout', async () => {
    expect(await play(upload(29), { operationTimeoutMs: undefined })).toEqual(['100 a', '100 |']);
    expect(uploaded).toEqual([[29, 0.29]]);
  });
});

describe('C12: one timer', () => {
  it('serves any number of timeouts and delays', async () => {
    const scheduler = new FlowTestScheduler();
    await scheduler.run(async ({ advance }) => {
      const options = { operationTimeoutMs: 100, totalTimeoutMs: 200, maxConcurrentOperations: 40 };
      const { source, sink, machine } = scene<number>({
        ...options,
        process: (n) => (n % 2 === 0 ? NEVER : Promise.reject(no)),
      });
      source.send(...Array.from({ length: 40 }, (_, n) => n));
      await advance(1);
      expect(scheduler.pending).toBe(1);
      await advance(120);
      expect(machine.retries).toBeGreaterThan(10);
      expect(scheduler.pending).toBe(1);
      sink.cancel();
      expect(scheduler.pending).toBe(0);
    });
  });

  it('C13: none where nothing has a time', async () => {
    const scheduler = new FlowTestScheduler();
    await scheduler.run(async () => {
      const { source } = scene<number>({ process: () => NEVER });
      source.send(1, 2, 3);
      expect(scheduler.pending).toBe(0);
    });
  });

  it('is gone with the stage, also where everything was in time', async () => {
    const scheduler = new FlowTestScheduler();
    await scheduler.run(async () => {
      const { feed, log } = scene<number>({ process: () => EMPTY, operationTimeoutMs: 100 });
      feed(1, 2, 3);
      expect(log).toEqual(['0 |']);
      expect(scheduler.pending).toBe(0);
    });
  });
});

describe('C9: unsubscribing', () => {
  it('aborts, unsubscribes, stops the timer and says nothing more', async () => {
    const scheduler = new FlowTestScheduler();
    await scheduler.run(async ({ advance }) => {
      const log: string[] = [];
      const service = new HandService<string>();
      const process = (letter: string, info: EgressInfo) => {
        if (letter === 'delayed') failing();
        return letter === 'flow' ? hanging(log) : service.process(letter, info);
      };
      const stage = scene<string>({
        process,
        operationTimeoutMs: 50,
        maxConcurrentOperations: 4,
        isRetryable: () => true,
      });
      stage.source.send('flow', 'call', 'delayed', 'done', 'inbox');
      await advance(10);
      stage.sink.cancel();
      expect(log).toEqual(['10 unsubscribed']);
      expect(service.calls.every(({ signal }) => signal.aborted)).toBe(true);
      expect(scheduler.pending).toBe(0);
      service.answer(0, 'late');
      service.refuse(1, no);
      await advance(1000);
      expect(stage.log).toEqual([]);
      expect(stage.sink.late).toEqual([]);
      expect(stage.letters).toEqual([]);
    });
  });
});
