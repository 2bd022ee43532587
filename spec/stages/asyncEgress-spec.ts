import { describe, expect, it } from '@jest/globals';
import { EMPTY, from, lastValueFrom, map, NEVER, of, Subject, toArray, type Observable } from 'rxjs';
import { SluiceError } from '../../lib/credit/SluiceError.js';
import { stage } from '../../lib/operators/stage.js';
import { withRecord } from '../../lib/operators/withRecord.js';
import { run } from '../../lib/sinks/run.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { asyncEgress, type AsyncEgressOptions } from '../../lib/stages/asyncEgress.js';
import type { EgressInfo } from '../../lib/stages/EgressInfo.js';
import { codeIn, messageIn } from '../credit/support/errors.js';
import { failureOf, never } from '../credit/support/waiting.js';
import { numbers, see } from '../operators/support/seen.js';
import { microtasks, Works } from '../operators/support/Works.js';
import { failing, scene } from './support/egress.js';

const keep = { onDeadLetter: () => undefined };
const soonRetried = { baseRetryDelayMs: 0 };

const resultsOf = <T>(records: readonly T[], options: AsyncEgressOptions<T, unknown>): Promise<unknown[]> =>
  lastValueFrom(fromPull(records).pipe(asyncEgress({ ...keep, ...options }), toArray()));

describe('what process returns', () => {
  it.each<[string, (n: number) => unknown, unknown[]]>([
    ['a value', (n) => n * 10, [10, 20]],
    ['a promise', async (n) => n * 10, [10, 20]],
    ['an Observable, whose last value counts', (n) => of(0, n * 10), [10, 20]],
    ['a thenable', (n) => ({ then: (ok: (value: number) => void) => ok(n * 10) }), [10, 20]],
    ['undefined: the record itself goes on', () => undefined, [1, 2]],
    ['a promise of undefined: so it does', async () => undefined, [1, 2]],
    ['an Observable of undefined: so it does', () => of(undefined), [1, 2]],
    ['null, which is a value', () => null, [null, null]],
    ['an Observable without a value: the record is filtered', () => EMPTY, []],
  ])('%s', async (_, process, expected) => {
    expect(await resultsOf([1, 2], { process })).toEqual(expected);
  });

  it('has its type', () => {
    const typed = <R>(operator: (source: Observable<number>) => Observable<R>): Observable<R> => operator(NEVER);
    const ofValue: Observable<string> = typed(asyncEgress({ process: (n: number) => String(n) }));
    const ofPromise: Observable<string> = typed(asyncEgress({ process: async (n: number) => String(n) }));
    const ofFlow: Observable<string> = typed(asyncEgress({ process: (n: number) => of(String(n)) }));
    const ofNothing: Observable<number> = typed(asyncEgress({ process: async (_: number) => {} }));
    const ofEither: Observable<number | string> = typed(
      asyncEgress({ process: (n: number) => (n > 1 ? 'much' : undefined) }),
    );
    const inPipe: Observable<string> = fromPull([1]).pipe(asyncEgress({ process: async (n) => n.toFixed(2) }));
    expect([ofValue, ofPromise, ofFlow, ofNothing, ofEither, inPipe]).toHaveLength(6);
  });
});

describe('what process is told', () => {
  it('the attempt, the record, a signal of its own, and a function for its progress', async () => {
    const told: [number, number, unknown, boolean][] = [];
    const signals = new Set<AbortSignal>();
    const process = (n: number, { signal, attempt, record, progress }: EgressInfo): number => {
      told.push([n, attempt, record.origin, signal.aborted]);
      signals.add(signal);
      progress(0.5);
      if (attempt < 3) throw new Error('not yet');
      return n;
    };
    const report = await run(
      fromPull(['1']).pipe(
        map(Number),
        asyncEgress({ process, ...soonRetried }),
        withRecord(),
        map(({ value, record }) => expect([value, record.progress]).toEqual([1, 0.5])),
      ),
    );
    expect(told).toEqual([1, 2, 3].map((attempt) => [1, attempt, '1', false]));
    expect(signals.size).toBe(3);
    expect(String(report)).toBe('in 1 = delivered 1 · peak live 1');
  });

  it('C13: nothing but the value where it names one parameter', () => {
    let given = 0;
    see(fromPull([1]).pipe(asyncEgress({ ...keep, process: (...all: [number]) => (given = all.length) })));
    expect(given).toBe(2);
    function one(_value: number) {
      // eslint-disable-next-line prefer-rest-params -- what really was passed
      given = arguments[1] === null ? 1 : 2;
    }
    see(fromPull([1]).pipe(asyncEgress({ ...keep, process: one })));
    expect(given).toBe(1);
  });
});

describe('a record that fails', () => {
  it('is dead-lettered after its attempts, with every error, and the stream goes on', async () => {
    let calls = 0;
    const process = (n: number) => {
      if (n === 2) throw new Error(`no ${++calls}`);
      return n;
    };
    const report = await run(fromPull([1, 2, 3]).pipe(asyncEgress({ process, ...soonRetried })));
    expect(String(report)).toMatch(/^in 3 = delivered 2 \+ deadLettered 1 \(EXHAUSTED 1\) ·/);
    const [letter] = report.deadLetters;
    expect(letter).toMatchObject({ value: 2, origin: 2, stage: 'asyncEgress', code: 'EXHAUSTED', attempts: 3 });
    expect(letter?.errors.map(messageIn)).toEqual(['no 1', 'no 2', 'no 3']);
    expect(letter?.firstAt).toBeLessThanOrEqual(letter?.lastAt ?? 0);
  });

  it.each<[string, unknown, string, number]>([
    ['a SluiceError INVALID is not tried again', new SluiceError('INVALID', 'no airport'), 'INVALID', 1],
    ['any other error is', new Error('busy'), 'EXHAUSTED', 3],
    ['so is what is no error', undefined, 'EXHAUSTED', 3],
  ])('%s', async (_, error, code, attempts) => {
    const process = () => Promise.reject(error);
    const { deadLetters } = await run(fromPull([1]).pipe(asyncEgress({ process, ...soonRetried })));
    expect(deadLetters).toMatchObject([{ code, attempts }]);
  });

  it('gives up at once where isRetryable throws, and keeps both errors', async () => {
    const isRetryable = () => {
      throw new Error('no idea');
    };
    const { deadLetters } = await run(fromPull([1]).pipe(asyncEgress({ process: failing, isRetryable })));
    expect(deadLetters).toMatchObject([{ code: 'FAILED', attempts: 1 }]);
    expect(deadLetters[0]?.errors.map(messageIn)).toEqual(['no', 'no idea']);
  });

  it('C11: keeps the first error and the latest 99', async () => {
    let calls = 0;
    const process = () => Promise.reject(new Error(`no ${++calls}`));
    const options = { process, maxAttempts: 150, baseRetryDelayMs: 0 };
    const [letter] = (await run(fromPull([1]).pipe(asyncEgress(options)))).deadLetters;
    expect(letter?.attempts).toBe(150);
    expect(letter?.errors.map(messageIn)).toEqual(['no 1', ...numbers(99).map((n) => `no ${n + 52}`)]);
  });

  it('fails the stream where the listener throws, and is cancelled', async () => {
    const onDeadLetter = () => {
      throw new Error('disk full');
    };
    const running = run(fromPull([1]).pipe(asyncEgress({ process: failing, maxAttempts: 1, onDeadLetter })));
    expect(await failureOf(running)).toMatchObject({ code: 'STREAM_FAILED', report: { cancelled: 1, inFlight: 0 } });
  });

  it('must have somebody who keeps its letter', () => {
    const { seen } = see(fromPull([1]).pipe(asyncEgress({ process: failing })));
    expect(codeIn((seen[0] as { error: unknown }).error)).toBe('NO_DEAD_LETTERS');
  });
});

describe('order', () => {
  it('of input: what fails leaves in its turn too', async () => {
    const works = new Works<number>();
    const letters: unknown[] = [];
    const onDeadLetter = ({ value }: { value: unknown }) => letters.push(value, [...seen]);
    const { seen } = see(
      fromPull([1, 2, 3]).pipe(asyncEgress({ process: works.start, order: 'input', maxAttempts: 1, onDeadLetter })),
    );
    await works.finish(3, 30);
    await works.fail(2, new Error('no'));
    expect([seen, letters]).toEqual([[], []]);
    await works.finish(1, 10);
    expect(seen).toEqual([10, 30, '|']);
    expect(letters).toEqual([2, [10]]);
  });

  it.each(['perKey', 'perPartition'] as const)(
    '%s: a record without one is a dead letter that says so',
    async (order) => {
      const { deadLetters } = await run(fromPull([1]).pipe(asyncEgress({ process: (n) => n, order })));
      expect(deadLetters).toMatchObject([{ code: 'KEY', attempts: 0, value: 1 }]);
      expect(messageIn(deadLetters[0]?.errors[0])).toMatch(/the record has no (key|partition); put keyGen above/);
    },
  );

  it('a perKey that throws makes a dead letter, and the others go on', async () => {
    const perKey = (n: number) => (n === 2 ? failing() : n);
    const report = await run(fromPull([1, 2, 3]).pipe(asyncEgress({ process: (n) => n, order: { perKey } })));
    expect(String(report)).toMatch(/delivered 2 \+ deadLettered 1 \(KEY 1\)/);
  });

  /** What keyGen does, for a test. */
  const keyed = (keyOf: (n: number) => unknown, partitionOf = (_: number) => 0) =>
    stage((n: number, { record }) => {
      record.key = keyOf(n);
      record.partition = partitionOf(n);
      return n;
    });

  it.each<[string, (n: number) => unknown]>([
    ['__proto__ and a lone surrogate', (n) => ['__proto__', '\ud800', '\udfff', 'constructor', ''][n % 5]],
    ['equal byte arrays', (n) => new Uint8Array([n % 5, 0])],
    ['NaN, null, 0 and false', (n) => [NaN, null, 0, false, '0'][n % 5]],
  ])('perKey: %s are keys like any other', async (_, keyOf) => {
    const running = new Map<unknown, number>();
    const order: number[] = [];
    let most = 0;
    const process = async (n: number) => {
      const ahead = running.get(n % 5) ?? 0;
      running.set(n % 5, ahead + 1);
      most = Math.max(most, ahead + 1);
      for (let turns = n % 4; turns > 0; turns--) await microtasks();
      running.set(n % 5, ahead);
      order.push(n);
    };
    const report = await run(fromPull(numbers(100)).pipe(keyed(keyOf), asyncEgress({ process, order: 'perKey' })));
    expect(report.delivered).toBe(100);
    expect(most).toBe(1);
    for (const key of numbers(5)) {
      expect(order.filter((n) => n % 5 === key)).toEqual(numbers(100).filter((n) => n % 5 === key));
    }
    expect(order).not.toEqual(numbers(100));
  });

  it('perPartition: serial in each, side by side among them', async () => {
    const works = new Works<number>();
    see(
      fromPull(numbers(6)).pipe(
        keyed(
          (n) => n,
          (n) => n % 2,
        ),
        asyncEgress({ ...keep, process: works.start, order: 'perPartition' }),
      ),
    );
    expect(works.begun).toEqual([0, 1]);
    await works.finish(1, 1);
    expect(works.begun).toEqual([0, 1, 3]);
    await works.finish(3, 3);
    await works.finish(0, 0);
    expect(works.begun).toEqual([0, 1, 3, 5, 2]);
  });

  it('keys >> places >> concurrency: each key in order under retries, and no key is left behind', async () => {
    const tried = new Set<number>();
    let active = 0;
    let most = 0;
    const process = async (n: number) => {
      most = Math.max(most, ++active);
      await Promise.resolve();
      active--;
      if (n % 3 === 0 && !tried.has(n)) {
        tried.add(n);
        throw new Error('not yet');
      }
      return n;
    };
    const perKey = (n: number) => n % 997;
    const results = await resultsOf(numbers(3000), {
      process,
      order: { perKey },
      maxConcurrentOperations: 7,
      capacity: 64,
      baseRetryDelayMs: 0,
    });
    expect(most).toBe(7);
    expect(results).toHaveLength(3000);
    const last = new Map<number, number>();
    for (const n of results as number[]) {
      expect(n).toBeGreaterThan(last.get(perKey(n)) ?? -1);
      last.set(perKey(n), n);
    }
  });
});

describe(`onKeyFailure: 'park'`, () => {
  const perKey = (name: string) => name[0];

  function parking(options: Partial<AsyncEgressOptions<string, unknown>> = {}) {
    const works = new Works<string>();
    const pushes = new Subject<string>();
    const letters: string[] = [];
    const { seen } = see(
      pushes.pipe(
        asyncEgress<string, unknown>({
          process: works.start,
          order: { perKey },
          onKeyFailure: 'park',
          maxAttempts: 1,
          onDeadLetter: ({ value, code, attempts }) => letters.push(`${value} ${code} ${attempts}`),
          ...options,
        }),
      ),
    );
    const push = (...names: string[]) => {
      for (const name of names) pushes.next(name);
    };
    return { works, letters, seen, push, pushes };
  }

  it('gives up what waits behind it, in order; other keys and what comes later go on', async () => {
    const { works, letters, seen, push, pushes } = parking();
    push('a1', 'a2', 'b1', 'a3', 'b2');
    expect(works.begun).toEqual(['a1', 'b1']);
    await works.fail('a1', new Error('no'));
    expect(letters).toEqual(['a1 EXHAUSTED 1', 'a2 PARKED 0', 'a3 PARKED 0']);
    push('a4');
    await works.finish('b1', 'b1');
    expect(works.begun).toEqual(['a1', 'b1', 'a4', 'b2']);
    await works.finish('a4', 'a4');
    await works.finish('b2', 'b2');
    pushes.complete();
    expect(seen).toEqual(['b1', 'a4', 'b2', '|']);
  });

  it('includes what comes while the letters are written', async () => {
    const { works, letters, push } = parking({
      onDeadLetter: ({ value }) => {
        letters.push(String(value));
        if (value === 'a1') push('a3', 'b1');
      },
    });
    push('a1', 'a2');
    await works.fail('a1', new Error('no'));
    expect(letters).toEqual(['a1', 'a2', 'a3']);
    expect(works.begun).toEqual(['a1', 'b1']);
    push('a4');
    expect(works.begun).toEqual(['a1', 'b1', 'a4']);
  });

  it('leaves nothing that waits', async () => {
    const { source, machine, letters } = scene<string>({
      process: () => Promise.reject(new Error('no')),
      order: { perKey },
      onKeyFailure: 'park',
      maxAttempts: 1,
    });
    source.send('a1', 'a2', 'a3');
    expect(machine.buffered).toBe(2);
    await microtasks();
    expect([machine.buffered, machine.account.held, letters.length]).toEqual([0, 0, 3]);
  });

  it('says why, and balances', async () => {
    const process = (name: string) => (name === 'a1' ? Promise.reject(new SluiceError('INVALID', 'bad')) : never());
    const stop = new AbortController();
    const running = run(
      fromPull(['a1', 'a2', 'b1']).pipe(asyncEgress({ process, order: { perKey }, onKeyFailure: 'park' })),
      { signal: stop.signal, drainMs: 0 },
    );
    await microtasks();
    stop.abort();
    const report = await running;
    expect(report).toMatchObject({ in: 3, deadLettered: 2, cancelled: 1, inFlight: 0 });
    expect(report.codes.deadLettered).toEqual({ INVALID: 1, PARKED: 1 });
    expect(messageIn(report.deadLetters[1]?.errors[0])).toContain(
      'an earlier record of its key was given up (INVALID)',
    );
  });

  it('stops where the listener ends the stream', async () => {
    const report = run(
      from(['a1', 'a2', 'a3']).pipe(
        asyncEgress({
          process: async () => failing(),
          order: { perKey },
          onKeyFailure: 'park',
          maxAttempts: 1,
          onDeadLetter: ({ value }) => {
            if (value === 'a2') throw new Error('disk full');
          },
        }),
      ),
    );
    expect(await failureOf(report)).toMatchObject({ report: { in: 3, deadLettered: 1, cancelled: 2, inFlight: 0 } });
  });
});

describe('enableDeadLetterQueue: false', () => {
  it('rejects what is given up, parked and without a key, and writes no letter', async () => {
    const perKey = (name: string) => (name === 'x' ? failing() : name[0]);
    const report = await run(
      fromPull(['x', 'a1', 'a2', 'b1']).pipe(
        asyncEgress({
          process: async (name: string) => (name === 'a1' ? failing() : name),
          order: { perKey },
          onKeyFailure: 'park',
          maxAttempts: 1,
          enableDeadLetterQueue: false,
        }),
      ),
    );
    expect(report).toMatchObject({ in: 4, delivered: 1, rejected: 3, deadLettered: 0, deadLetters: [] });
    expect(report.codes.rejected).toEqual({ KEY: 1, EXHAUSTED: 1, PARKED: 1 });
  });

  it('needs nobody who keeps letters', () => {
    const options = { process: failing, maxAttempts: 1, enableDeadLetterQueue: false };
    expect(see(fromPull([1]).pipe(asyncEgress(options))).seen).toEqual(['|']);
  });
});
