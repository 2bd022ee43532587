import { describe, expect, it } from '@jest/globals';
import { asyncScheduler, config, firstValueFrom, map, NEVER, Observable, timer } from 'rxjs';
import { run } from '../../lib/sinks/run.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { asyncEgress, type AsyncEgressOptions } from '../../lib/stages/asyncEgress.js';
import type { EgressInfo } from '../../lib/stages/EgressInfo.js';
import { FlowTestScheduler, type FlowRunHelpers } from '../../lib/testing/index.js';
import { messageIn } from '../credit/support/errors.js';
import { never } from '../credit/support/waiting.js';
import { numbers } from '../operators/support/seen.js';
import { codes, failing, HandService, scene } from './support/egress.js';

const inVirtualTime = <T>(test: (helpers: FlowRunHelpers) => T) => new FlowTestScheduler().run(test);
const no = new Error('no');
const exact = { jitter: 'none', baseRetryDelayMs: 5 } as const;

/** A service that takes `ms`, and obeys its signal. */
const obedient =
  (ms: number) =>
  (n: number, { signal }: EgressInfo): Promise<number> =>
    new Promise((resolve, reject) => {
      const running = asyncScheduler.schedule(() => resolve(n), ms);
      signal.addEventListener('abort', () => {
        running.unsubscribe();
        reject(signal.reason as Error);
      });
    });

/** The receipt of a run in virtual time. */
const receipt = (options: AsyncEgressOptions<number, unknown>, records = numbers(10)) =>
  inVirtualTime(async () => String(await run(fromPull(records).pipe(asyncEgress({ ...exact, ...options })))));

describe('a service that', () => {
  it('never answers, and obeys its signal: every record is given up, and nothing stays behind', async () => {
    await inVirtualTime(async ({ flush }) => {
      const options = { ...exact, process: obedient(Infinity), operationTimeoutMs: 20, maxConcurrentOperations: 2 };
      const { feed, machine, log, letters } = scene<number>(options);
      feed(...numbers(7));
      await flush();
      expect(codes(letters)).toEqual(Array.from({ length: 7 }, () => 'TIMEOUT'));
      // Three attempts of 20 and delays of 5 and 10, four times in pairs.
      expect(log.at(-1)).toBe(`${4 * (3 * 20 + 5 + 10)} |`);
      expect([machine.timeouts, machine.retries, machine.strays.count]).toEqual([21, 14, 0]);
    });
  });

  it('ignores its signal: a stray holds its place past the limit, and never more than the limit again', async () => {
    await inVirtualTime(async ({ advance }) => {
      const service = new HandService<string>();
      const { process } = service;
      const options = { process, operationTimeoutMs: 10, maxAttempts: 1, maxConcurrentOperations: 2 };
      const { source, machine, log, sink } = scene<string>(options);
      source.send('a', 'b', 'c', 'd', 'e', 'f');
      await advance(15);
      // Two strays, as many as the limit: the next two begin.
      expect(service.said).toEqual(['0 a1', '0 b1', '10 c1', '10 d1']);
      expect([machine.strays.count, machine.trigger]).toEqual([2, 1]);
      await advance(85);
      // Four strays: twice the limit is under way, and nothing begins, however long it takes.
      expect(service.calls).toHaveLength(4);
      expect([machine.strays.count, machine.trigger]).toEqual([4, 1]);
      expect(log).toEqual(['10 TIMEOUT a', '10 TIMEOUT b', '20 TIMEOUT c', '20 TIMEOUT d']);
      service.answer(0, 'too late');
      await advance(1);
      expect(service.calls).toHaveLength(4);
      service.refuse(1, no);
      await advance(1);
      // Two strays again.
      expect(service.said.slice(4)).toEqual(['101 e1', '101 f1']);
      service.answer(4, 'E');
      await advance(1);
      expect(log.at(-1)).toBe('102 E');
      sink.cancel();
      service.answer(2, 'late');
      await advance(1);
      expect(sink.late).toEqual([]);
    });
  });

  it('ignores its signal: retries wait too, and the total timeout is kept all the same', async () => {
    await inVirtualTime(async ({ advance }) => {
      const service = new HandService<string>();
      const { process } = service;
      const options = { operationTimeoutMs: 10, totalTimeoutMs: 100, maxAttempts: 9, maxConcurrentOperations: 1 };
      const { source, machine, log } = scene<string>({ ...exact, ...options, process });
      source.send('a', 'b');
      await advance(99);
      // From 25 on there are two strays, one more than the limit: the third attempt is due and does not begin.
      expect(service.said).toEqual(['0 a1', '15 a2']);
      expect([machine.strays.count, machine.retries, log]).toEqual([2, 1, []]);
      await advance(1);
      expect(log).toEqual(['100 TIMEOUT a']);
      // When a stray ends, what was due is forgotten with its record.
      service.answer(0, 'too late');
      await advance(1);
      expect(service.said.slice(2)).toEqual(['100 b1']);
      service.answer(2, 'B');
      await advance(1);
      expect(log).toEqual(['100 TIMEOUT a', '101 B']);
    });
  });

  it('hangs as an Observable: it is unsubscribed, which is its end', async () => {
    await inVirtualTime(async ({ flush }) => {
      let open = 0;
      const process = () =>
        new Observable<never>(() => {
          open++;
          return () => open--;
        });
      const { feed, machine, letters } = scene<number>({ process, operationTimeoutMs: 10, maxConcurrentOperations: 1 });
      feed(1, 2, 3);
      await flush();
      expect([letters.length, machine.strays.count, machine.timeouts, open]).toEqual([3, 0, 9, 0]);
    });
  });

  it('answers twice: the first answer counts', async () => {
    const twice = (n: number) => ({
      then: (ok: (n: number) => void, bad: (error: unknown) => void) => {
        ok(n);
        bad(no);
        ok(-1);
      },
    });
    expect(await receipt({ process: twice })).toMatch(/^in 10 = delivered 10 ·/);
    const failsFirst = (n: number) => ({
      then: (ok: (n: number) => void, bad: (error: unknown) => void) => {
        bad(no);
        ok(n);
        throw no;
      },
    });
    expect(await receipt({ process: failsFirst })).toMatch(/^in 10 = delivered 0 \+ deadLettered 10 \(EXHAUSTED 10\)/);
  });

  it('answers twice, once in time and once when its slot has another record', async () => {
    await inVirtualTime(async ({ advance }) => {
      const answers: ((result: string) => void)[] = [];
      const process = (_: string) => ({ then: (ok: (result: string) => void) => answers.push(ok) });
      const { source, log } = scene<string>({ process, maxConcurrentOperations: 1, operationTimeoutMs: 50 });
      source.send('a', 'b', 'c');
      answers[0]?.('A');
      answers[0]?.('A again');
      await advance(1);
      answers[0]?.('A again');
      expect(log).toEqual(['0 A']);
      answers[1]?.('B');
      expect(log).toEqual(['0 A', '1 B']);
    });
  });

  it('fails every call: every record is dead-lettered, and error share and codes say so', async () => {
    const process = () => Promise.reject(no);
    expect(await receipt({ process })).toMatch(/^in 10 = delivered 0 \+ deadLettered 10 \(EXHAUSTED 10\)/);
  });

  it('recovers: what was tried meanwhile goes through', async () => {
    await inVirtualTime(async ({ flush }) => {
      const process = async (n: number) => (asyncScheduler.now() < 12 ? failing() : n);
      const { feed, machine, log } = scene<number>({ ...exact, process });
      feed(1, 2, 3);
      await flush();
      expect(log).toEqual(['15 1', '15 2', '15 3', '15 |']);
      expect(machine.retries).toBe(6);
    });
  });

  it('throws at once for ever: the attempts leave room for others', async () => {
    await inVirtualTime(async ({ advance }) => {
      const process = (n: number) => (n === 1 ? failing() : n);
      const { source, log, sink } = scene<number>({ process, baseRetryDelayMs: 0, maxAttempts: 1_000_000 });
      source.send(1, 2);
      expect(log).toEqual(['0 2']);
      void advance(0);
      sink.cancel();
    });
  });

  it('has a teardown that throws at the timeout: it is reported, and the record is given up once', async () => {
    const reported: unknown[] = [];
    config.onUnhandledError = (error) => reported.push(messageIn(error));
    try {
      await inVirtualTime(async ({ flush }) => {
        const process = () => new Observable<never>(() => failing);
        const { feed, log } = scene<number>({ process, operationTimeoutMs: 10, maxAttempts: 1 });
        feed(1);
        await flush();
        expect(log).toEqual(['10 TIMEOUT 1', '10 |']);
      });
      expect(reported).toEqual([expect.stringContaining('1 errors occurred during unsubscription')]);
      // A teardown that throws after the end, too: the result stands.
      expect(
        await receipt({ process: (n) => new Observable((to) => (to.next(n), to.complete(), failing)) }, [1]),
      ).toMatch(/^in 1 = delivered 1 ·/);
      expect(reported).toHaveLength(2);
    } finally {
      config.onUnhandledError = null;
    }
  });
});

describe('at the same virtual instant', () => {
  type Happening = 'resolve' | 'reject' | 'cancel';

  /** One record. `before` was scheduled for frame 10 before the stage's own timers were, `after` after them. */
  const race = (
    options: Partial<AsyncEgressOptions<string, unknown>>,
    before: readonly Happening[],
    after: readonly Happening[],
  ) => {
    const scheduler = new FlowTestScheduler();
    return scheduler.run(async ({ flush }) => {
      const service = new HandService<string>();
      const { process } = service;
      const happens = (happening: Happening) =>
        asyncScheduler.schedule(() => {
          if (happening === 'cancel') stage.sink.cancel();
          else if (happening === 'resolve') service.answer(0, 'A');
          else service.refuse(0, no);
        }, 10);
      before.forEach(happens);
      const stage = scene<string>({ ...exact, maxAttempts: 2, ...options, process });
      stage.feed('a');
      after.forEach(happens);
      // The second attempt is answered at 18.
      asyncScheduler.schedule(() => service.answer(1, 'A2'), 18);
      await flush();
      const { log, letters, sink, machine } = stage;
      const { pending } = scheduler;
      return {
        calls: service.calls.length,
        log,
        letters: letters.length,
        late: sink.late.length,
        strays: machine.strays.count,
        pending,
      };
    });
  };
  const answers = ['resolve', 'reject'] as const;

  const once = (calls: number, ...log: string[]) => {
    const letters = log.filter((line) => line.includes('TIMEOUT')).length;
    return { calls, log, letters, late: 0, strays: 0, pending: 0 };
  };

  // Promises settle after the frame's actions, so that the timeout is first; the answer then means nothing.
  it.each(answers)('%s and operation timeout: the timeout, and the next attempt is answered', async (answer) => {
    expect(await race({ operationTimeoutMs: 10 }, [answer], [])).toEqual(once(2, '18 A2', '18 |'));
    expect(await race({ operationTimeoutMs: 10 }, [], [answer])).toEqual(once(2, '18 A2', '18 |'));
  });

  it.each(answers)('%s and total timeout: given up', async (answer) => {
    expect(await race({ totalTimeoutMs: 10 }, [answer], [])).toEqual(once(1, '10 TIMEOUT a', '10 |'));
    expect(await race({ totalTimeoutMs: 10 }, [], [answer])).toEqual(once(1, '10 TIMEOUT a', '10 |'));
  });

  it.each(answers)('%s and both timeouts: the total one decides, and it is one failure', async (answer) => {
    const both = { operationTimeoutMs: 10, totalTimeoutMs: 10 };
    expect(await race(both, [], [answer])).toEqual(once(1, '10 TIMEOUT a', '10 |'));
  });

  it.each(answers)(
    '%s, timeouts, retry and cancel: cancelled once, nothing is begun, no timer is left',
    async (answer) => {
      for (const options of [{ operationTimeoutMs: 10 }, { operationTimeoutMs: 10, baseRetryDelayMs: 0 }, {}]) {
        expect(await race(options, ['cancel', answer], [])).toEqual(once(1));
        expect(await race(options, [answer, 'cancel'], [])).toEqual(once(1));
        expect(await race(options, [answer], ['cancel'])).toEqual(once(1));
        expect(await race(options, [], [answer, 'cancel'])).toEqual(once(1));
      }
      expect(await race({ totalTimeoutMs: 10 }, [answer, 'cancel'], [])).toEqual(once(1));
      expect(await race({ totalTimeoutMs: 10 }, [], [answer, 'cancel'])).toEqual(once(1, '10 TIMEOUT a', '10 |'));
    },
  );

  it('the answer of an Observable and a timeout: the first is believed', () =>
    inVirtualTime(async ({ flush }) => {
      const process = (letter: string) => timer(10).pipe(map(() => letter));
      // The timeout is set before the Observable is subscribed, and so comes before it.
      const timedOut = scene<string>({ process, operationTimeoutMs: 10, maxAttempts: 1 });
      timedOut.feed('a');
      const answered = scene<string>({ process, operationTimeoutMs: 10.5, maxAttempts: 1 });
      answered.feed('a');
      await flush();
      expect([timedOut.log, answered.log]).toEqual([
        ['10 TIMEOUT a', '10 |'],
        ['10 a', '10 |'],
      ]);
    }));

  it('retry and total timeout: the timeout', () =>
    inVirtualTime(async ({ flush }) => {
      let calls = 0;
      const process = () => (++calls === 1 ? failing() : NEVER);
      const { feed, log } = scene<string>({ ...exact, process, totalTimeoutMs: 5 });
      feed('a');
      await flush();
      expect([calls, log]).toEqual([1, ['5 TIMEOUT a', '5 |']]);
    }));

  it('a whole crowd: each record is settled once, and the books balance', async () => {
    const process = (n: number) =>
      n % 3 === 0 ? timer(10).pipe(map(() => n)) : firstValueFrom(timer(n % 3 === 1 ? 10 : 5).pipe(map(failing)));
    const options = {
      process,
      operationTimeoutMs: 10,
      totalTimeoutMs: 30,
      baseRetryDelayMs: 0,
      maxConcurrentOperations: 7,
    };
    const report = await inVirtualTime(() => run(fromPull(numbers(200)).pipe(asyncEgress(options))));
    expect(report).toMatchObject({ in: 200, inFlight: 0, cancelled: 0, rejected: 0, filtered: 0 });
    expect(report.delivered + report.deadLettered).toBe(200);
    expect(report.deadLetters).toHaveLength(report.deadLettered);
    expect(new Set(report.deadLetters.map(({ value }) => value)).size).toBe(report.deadLettered);
  });
});

describe('what a user does inside a call', () => {
  it.each<[string, (cancel: () => void) => Partial<AsyncEgressOptions<number, unknown>>]>([
    ['in process', (cancel) => ({ process: (n) => (cancel(), n) })],
    ['in process, which then throws', (cancel) => ({ process: () => (cancel(), failing()) })],
    [
      'in process, which returns a promise that rejects',
      (cancel) => ({ process: () => (cancel(), Promise.reject(no)) }),
    ],
    ['in process, which returns an Observable', (cancel) => ({ process: () => (cancel(), NEVER) })],
    ['while its Observable is subscribed', (cancel) => ({ process: () => new Observable(() => cancel()) })],
    ['in isRetryable', (cancel) => ({ process: failing, isRetryable: () => (cancel(), true) })],
    ['in isRetryable, which throws', (cancel) => ({ process: failing, isRetryable: () => (cancel(), failing()) })],
    ['in onDeadLetter', (cancel) => ({ process: failing, maxAttempts: 1, onDeadLetter: cancel })],
    [
      'in the listener of its signal',
      (cancel) => ({
        operationTimeoutMs: 10,
        process: (_, { signal }) => {
          signal.addEventListener('abort', cancel);
          return NEVER;
        },
      }),
    ],
    [
      'in the teardown of its Observable',
      (cancel) => ({ operationTimeoutMs: 10, process: () => new Observable(() => cancel) }),
    ],
  ])('unsubscribes %s: nothing more is begun or said, and no timer is left', async (_, make) => {
    const scheduler = new FlowTestScheduler();
    await scheduler.run(async ({ advance }) => {
      let begun = 0;
      let cancelled = false;
      const { process, ...options } = make(() => {
        cancelled = true;
        stage.sink.cancel();
      });
      const stage = scene<number>({
        maxConcurrentOperations: 1,
        ...options,
        process: (n, info) => {
          begun++;
          return process?.(n, info);
        },
      });
      stage.source.send(1, 2, 3);
      await advance(11);
      expect([cancelled, begun, scheduler.pending]).toEqual([true, 1, 0]);
      expect(stage.sink.received).toEqual([]);
      expect(stage.sink.late).toEqual([]);
    });
  });

  it('unsubscribes in process: the Observable that it returns is not subscribed', () => {
    let subscribed = 0;
    const stage = scene<number>({
      process: () => {
        stage.sink.cancel();
        return new Observable(() => {
          subscribed++;
        });
      },
    });
    stage.source.send(1);
    expect(subscribed).toBe(0);
  });

  it('unsubscribes in the listener of its signal: isRetryable is not asked any more', async () => {
    await inVirtualTime(async ({ advance }) => {
      let asked = 0;
      const stage = scene<number>({
        operationTimeoutMs: 10,
        isRetryable: () => ++asked > 0,
        process: (_, { signal }) => {
          signal.addEventListener('abort', () => stage.sink.cancel());
          return never();
        },
      });
      stage.source.send(1);
      await advance(11);
      expect([stage.sink.cancelled, asked]).toEqual([true, 0]);
    });
  });

  it('settles another record in the listener of a signal: that one has its answer, this one its timeout', () =>
    inVirtualTime(async ({ flush }) => {
      let answerOther: (result: string) => void = () => undefined;
      const process = (letter: string, { signal }: EgressInfo) => {
        if (letter === 'b') return { then: (ok: (result: string) => void) => (answerOther = ok) };
        signal.addEventListener('abort', () => answerOther('B'));
        return NEVER;
      };
      const { feed, log } = scene<string>({ process, operationTimeoutMs: 10, maxAttempts: 1 });
      feed('a', 'b', 'c');
      await flush();
      expect(log).toEqual(['10 B', '10 TIMEOUT a', '10 TIMEOUT c', '10 |']);
    }));
});
