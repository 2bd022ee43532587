import { describe, expect, it } from '@jest/globals';
import { Observable, throwError } from 'rxjs';
import { SluiceError } from '../../lib/credit/SluiceError.js';
import { stage } from '../../lib/operators/stage.js';
import type { DeadLetter } from '../../lib/records/DeadLetter.js';
import { run, RunError } from '../../lib/sinks/run.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { handFed } from '../../lib/testing/HandFed.js';
import { codeIn, messageIn } from '../credit/support/errors.js';
import { collectUnhandled } from '../credit/support/unhandled.js';
import { failureOf, never, turn } from '../credit/support/waiting.js';
import { numbers, see } from './support/seen.js';
import { microtasks, Works } from './support/Works.js';

const unhandled = collectUnhandled();

const FROZEN: unknown = Object.freeze({ reason: 'frozen' });
const FROZEN_ERROR: unknown = Object.freeze(new Error('frozen'));
const fail = (error: unknown): never => {
  throw error;
};

/** Every way in which work can fail, and with what. */
const FAILURES: readonly (readonly [string, () => unknown, unknown])[] = [
  ['throws an error', () => fail(FROZEN_ERROR), FROZEN_ERROR],
  ['throws a frozen object', () => fail(FROZEN), FROZEN],
  ['throws undefined', () => fail(undefined), undefined],
  ['throws null', () => fail(null), null],
  ['rejects', () => Promise.reject(FROZEN_ERROR), FROZEN_ERROR],
  ['rejects with undefined', () => Promise.reject(undefined), undefined],
  ['rejects with a frozen object', () => Promise.reject(FROZEN), FROZEN],
  [
    'is a thenable that rejects',
    () => ({ then: (_: unknown, reject: (error: unknown) => void) => reject('no') }),
    'no',
  ],
  ['is a thenable that throws', () => ({ then: () => fail('no') }), 'no'],
  ['is a thenable whose then cannot be read', () => Object.defineProperty({}, 'then', { get: () => fail('no') }), 'no'],
  ['is an Observable that fails', () => throwError(() => FROZEN), FROZEN],
  ['is an Observable that throws', () => new Observable(() => fail(FROZEN)), FROZEN],
];

describe("onFailure 'error', the default", () => {
  it.each(FAILURES)('work that %s fails the stream with just that', async (_, work, error) => {
    const source = handFed(numbers(9));
    const { seen } = see(source.pipe(stage((n: number) => (n === 2 ? work() : n))));
    await turn();
    expect(seen).toEqual([0, 1, { error }]);
    expect(source.subscribed).toBe(false);
    expect(unhandled).toEqual([]);
  });

  it.each(FAILURES)('work that %s makes a run reject with its report inside', async (_, work, cause) => {
    const error = await failureOf(run(fromPull([1, 2]).pipe(stage((n: number) => (n === 2 ? work() : n)))));
    expect(error).toBeInstanceOf(RunError);
    expect((error as RunError).cause).toBe(cause);
    expect((error as RunError).report).toMatchObject({ in: 2, delivered: 1, cancelled: 1, inFlight: 0 });
    expect((error as RunError).report.codes.cancelled).toEqual({ FAILED: 1 });
  });

  it('C10: does not wait behind the records ahead of it, and lets go of the other work', async () => {
    let released = 0;
    const stuck = new Observable<number>(() => () => released++);
    const works = new Works<number>();
    const flow = fromPull(numbers(3)).pipe(stage((n: number) => (n < 2 ? stuck : works.start(n)), { concurrency: 3 }));
    const { seen } = see(flow);
    await works.fail(2, 'no');
    expect({ seen, released }).toEqual({ seen: [{ error: 'no' }], released: 2 });
  });

  it('other work that fails afterwards is no unhandled rejection', async () => {
    const works = new Works<number>();
    const { seen } = see(fromPull(numbers(3)).pipe(stage(works.start, { concurrency: 3 })));
    for (const n of [1, 0, 2]) await works.fail(n, n);
    await turn();
    expect({ seen, unhandled }).toEqual({ seen: [{ error: 1 }], unhandled: [] });
  });
});

describe("onFailure 'deadLetter'", () => {
  it.each(FAILURES)('work that %s is a dead letter, and the stream goes on', async (_, work, error) => {
    const letters: DeadLetter[] = [];
    const source = fromPull(numbers(4));
    const { seen } = see(
      source.pipe(
        stage((n: number) => (n % 2 === 1 ? work() : n), {
          onFailure: 'deadLetter',
          onDeadLetter: (letter) => letters.push(letter),
        }),
      ),
    );
    await turn();
    expect(seen).toEqual([0, 2, '|']);
    expect(letters.map(({ value, errors }) => [value, errors])).toEqual([
      [1, [error]],
      [3, [error]],
    ]);
    expect(unhandled).toEqual([]);
  });

  it('its letter has the value here, the value as it entered, the stage, the code and the error', async () => {
    const error = new SluiceError('INVALID', 'no airport');
    const flow = fromPull(['7']).pipe(
      stage((text: string) => Number(text)),
      stage((n: number) => fail([n, error][1]), { name: 'check', onFailure: 'deadLetter' }),
    );
    const { deadLetters } = await run(flow);
    expect(deadLetters).toMatchObject([
      { value: 7, origin: '7', key: undefined, stage: 'check', code: 'INVALID', attempts: 1, errors: [error] },
    ]);
  });

  it('nobody who keeps the letters is an error when the stage is subscribed, and names the remedies', () => {
    const source = handFed<number>();
    const { seen } = see(source.pipe(stage((n: number) => n, { name: 'save', onFailure: 'deadLetter' })));
    const [{ error } = { error: undefined }] = seen as { error: unknown }[];
    expect(codeIn(error)).toBe('NO_DEAD_LETTERS');
    for (const words of ["'save'", 'run(flow)', 'onDeadLetter']) expect(messageIn(error)).toContain(words);
    expect(source.feeds).toHaveLength(0);
  });

  it('a listener that throws fails the stream, and the record is cancelled', async () => {
    const flow = fromPull(numbers(3)).pipe(
      stage(() => fail('work'), { onFailure: 'deadLetter', onDeadLetter: () => fail('listener') }),
    );
    const error = await failureOf(run(flow));
    expect((error as RunError).cause).toBe('listener');
    expect((error as RunError).report).toMatchObject({ in: 1, cancelled: 1, inFlight: 0 });
  });

  it('frees the place of the record: a stage of capacity 1 goes through any number of failures', async () => {
    const flow = fromPull(numbers(500)).pipe(stage(async () => fail('no'), { capacity: 1, onFailure: 'deadLetter' }));
    expect(String(await run(flow))).toBe('in 500 = delivered 0 + deadLettered 500 (FAILED 500) · peak live 1');
  });

  it('a failed record waits for its turn in the order of input and needs no credit', async () => {
    const letters: unknown[] = [];
    const works = new Works<number>();
    const flow = fromPull(numbers(2)).pipe(
      stage(works.start, { concurrency: 2, onFailure: 'deadLetter', onDeadLetter: ({ value }) => letters.push(value) }),
    );
    const { seen } = see(flow);
    await works.fail(1, 'no');
    await works.finish(0, 0);
    expect({ seen, letters }).toEqual({ seen: [0, '|'], letters: [1] });
  });
});

describe('work that does not end while the stage lives', () => {
  it('that never settles is cancelled with the stage', async () => {
    const stop = new AbortController();
    const report = run(fromPull(numbers(9)).pipe(stage(never, { capacity: 3, concurrency: 2 })), {
      signal: stop.signal,
      drainMs: 0,
    });
    stop.abort();
    expect(String(await report)).toBe('in 3 = delivered 0 + cancelled 3 (DRAIN_DEADLINE 3) · peak live 3');
  });

  it.each<[string, (works: Works<number>) => Promise<void>]>([
    ['resolves', (works) => works.finish(0, 0)],
    ['rejects', (works) => works.fail(0, new Error('late'))],
  ])('that %s after the unsubscription is not heard', async (_, settle) => {
    const works = new Works<number>();
    const { seen, running } = see(fromPull(numbers(2)).pipe(stage(works.start)));
    running.unsubscribe();
    await settle(works);
    await turn();
    expect({ seen, begun: works.begun, unhandled }).toEqual({ seen: [], begun: [0], unhandled: [] });
  });

  it('that settles after an error is not heard either', async () => {
    const works = new Works<number>();
    const { seen } = see(fromPull(numbers(2)).pipe(stage(works.start, { concurrency: 2 })));
    await works.fail(1, 'no');
    await works.finish(0, 0);
    await microtasks();
    expect(seen).toEqual([{ error: 'no' }]);
  });
});
