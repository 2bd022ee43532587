import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { config, finalize, Observable, throwError } from 'rxjs';
import { Flowable } from '../../lib/credit/Flowable.js';
import { inTurn, reportUnhandled } from '../../lib/credit/inTurn.js';
import { expandStage } from '../../lib/operators/expandStage.js';
import { stage } from '../../lib/operators/stage.js';
import { run, RunError } from '../../lib/sinks/run.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { thrownBy } from './support/errors.js';
import { failureOf, soon, turn } from './support/waiting.js';

const throwing = (text: string) => (): never => {
  throw new Error(text);
};

// What a teardown throws is reported by RxJS, and the specs are no place where nobody listens.
const reported: unknown[] = [];
beforeEach(() => {
  reported.length = 0;
  config.onUnhandledError = (error) => reported.push(error);
});
afterEach(async () => {
  await turn(2);
  config.onUnhandledError = null;
});

describe('inTurn', () => {
  it('does all of it, in order, and then throws the first failure', () => {
    const done: string[] = [];
    const error = thrownBy(() =>
      inTurn(
        () => done.push('a'),
        throwing('first'),
        () => done.push('b'),
        throwing('second'),
        () => done.push('c'),
      ),
    );
    expect([done, error]).toEqual([['a', 'b', 'c'], new Error('first')]);
  });

  it('throws undefined where that was thrown first', () => {
    let caught = 'nothing';
    const throwUndefined = () => {
      throw undefined;
    };
    try {
      inTurn(throwUndefined, throwing('second'));
    } catch (error) {
      caught = String(error);
    }
    expect(caught).toBe('undefined');
  });
});

it('an error that nobody can catch is told as RxJS tells it', async () => {
  reportUnhandled('lost');
  await turn(2);
  expect(reported).toEqual(['lost']);
});

describe('a teardown that throws', () => {
  it('C10: does not swallow the completion that runs it', async () => {
    const flow = fromPull([1, 2]).pipe(
      finalize(throwing('finalize')),
      stage(async (n: number) => n, { capacity: 1 }),
    );
    expect(await soon(run(flow).then(({ delivered }) => delivered))).toBe(2);
  });

  it.each<[string, () => Observable<unknown>]>([
    [
      'return of the iterator',
      () => {
        const next = () => ({ done: false, value: 1 });
        const rows: Iterable<number> = { [Symbol.iterator]: () => ({ next, return: throwing('return') }) };
        return fromPull(rows).pipe(stage(throwing('no')));
      },
    ],
    [
      'teardown of other work',
      () => {
        const other = new Observable<number>(() => throwing('teardown'));
        const work = (n: number) => (n === 2 ? throwError(() => new Error('no')) : other);
        return fromPull([1, 2]).pipe(stage(work, { concurrency: 2 }));
      },
    ],
  ])('C9: lets a failing stage tell its failure: %s', async (_, flow) => {
    const error = await failureOf(run(flow()));
    expect(error).toBeInstanceOf(RunError);
    expect((error as RunError).cause).toEqual(new Error('no'));
  });

  it('C9: does not keep the other work from being released', () => {
    const released: number[] = [];
    const work = (n: number) =>
      new Observable<number>(() => () => {
        released.push(n);
        throw new Error('no');
      });
    const running = fromPull([1, 2, 3])
      .pipe(stage(work, { concurrency: 3 }))
      .subscribe();
    expect(() => running.unsubscribe()).toThrow();
    expect(released).toEqual([1, 2, 3]);
  });

  it('C10: does not swallow the end of an inner flow', async () => {
    const inner = (n: number) =>
      new Flowable<number>((subscriber) => {
        setTimeout(() => {
          subscriber.next(n);
          thrownBy(() => subscriber.complete());
        }, 1);
        return throwing('teardown');
      });
    expect(await soon(run(fromPull([1, 2]).pipe(expandStage(inner))).then(({ delivered }) => delivered))).toBe(2);
  });
});
