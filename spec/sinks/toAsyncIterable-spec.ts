import { describe, expect, it } from '@jest/globals';
import { concat, map, NEVER, Observable, of, Subject, throwError } from 'rxjs';
import { stage } from '../../lib/operators/stage.js';
import {
  toAsyncIterable,
  TO_ASYNC_ITERABLE_OPTIONS,
  type ToAsyncIterableOptions,
} from '../../lib/sinks/toAsyncIterable.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { handFed } from '../../lib/testing/HandFed.js';
import { codeIn } from '../credit/support/errors.js';
import { failureOf, soon, turn } from '../credit/support/waiting.js';
import { everyOption } from '../options/everyOption.js';
import { numbers } from '../operators/support/seen.js';

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const seen: T[] = [];
  for await (const value of values) seen.push(value);
  return seen;
}

describe('toAsyncIterable', () => {
  it('gives every value in order, whatever the prefetch, undefined and null too', async () => {
    const flow = fromPull(numbers(100)).pipe(stage(async (n: number) => n));
    for (const prefetch of [1, 2, 16, 1000])
      expect(await all(toAsyncIterable(flow, { prefetch }))).toEqual(numbers(100));
    expect(await all(toAsyncIterable(of(undefined, null, 0)))).toEqual([undefined, null, 0]);
  });

  it('C1: no more than prefetch values are on their way or wait for the loop', async () => {
    const source = handFed(numbers(99));
    const loop = toAsyncIterable(source, { prefetch: 3 })[Symbol.asyncIterator]();
    await loop.next();
    await turn();
    expect(source.delivered).toBeLessThanOrEqual(4);
    await loop.next();
    await turn();
    expect(source.delivered).toBeLessThanOrEqual(5);
    await loop.return?.();
  });

  it('subscribes for each loop, and not before', async () => {
    const source = handFed([1, 2]);
    const values = toAsyncIterable(source);
    expect(source.feeds).toHaveLength(0);
    expect([await all(values), await all(values)]).toEqual([
      [1, 2],
      [1, 2],
    ]);
    expect(source.feeds).toHaveLength(2);
  });

  it('C10: an error of the flow ends the loop behind the values', async () => {
    const seen: number[] = [];
    const loop = async () => {
      for await (const value of toAsyncIterable(
        concat(
          fromPull([1, 2]),
          throwError(() => 'no'),
        ),
      ))
        seen.push(value);
    };
    expect(await failureOf(loop())).toBe('no');
    expect(seen).toEqual([1, 2]);
  });

  it('C8: a source that cannot stop fails past prefetch', async () => {
    const error = await failureOf(all(toAsyncIterable(of(...numbers(5)), { prefetch: 3 })));
    expect(codeIn(error)).toBe('OVERFLOW');
  });

  it('C9: leaving the loop unsubscribes', async () => {
    const source = handFed(numbers(99));
    for await (const value of toAsyncIterable(source)) if (value === 3) break;
    expect(source.subscribed).toBe(false);
    const thrown = async () => {
      for await (const value of toAsyncIterable(source)) if (value === 3) throw new Error('loop');
    };
    expect(await failureOf(thrown())).toEqual(new Error('loop'));
    expect(source.subscribed).toBe(false);
  });

  it('C9: return() releases the flow while next() waits, and ends that next', async () => {
    let released = 0;
    const loop = toAsyncIterable(new Observable<number>(() => () => released++))[Symbol.asyncIterator]();
    const waiting = loop.next();
    await turn();
    await soon(Promise.resolve(loop.return?.()));
    expect(released).toBe(1);
    expect(await soon(waiting)).toEqual({ done: true, value: undefined });
  });

  it('is done after the end, however often it is asked', async () => {
    const loop = toAsyncIterable(of(1))[Symbol.asyncIterator]();
    const answers = [await loop.next(), await loop.next(), await loop.next()];
    expect(answers.map(({ done }) => done)).toEqual([false, true, true]);
  });

  it('takes pushes as they come', async () => {
    const pushes = new Subject<number>();
    const work = all(toAsyncIterable(pushes.pipe(map((n) => n * 2))));
    await turn();
    pushes.next(1);
    pushes.next(2);
    pushes.complete();
    expect(await work).toEqual([2, 4]);
  });
});

everyOption('toAsyncIterable', TO_ASYNC_ITERABLE_OPTIONS, {
  prefetch: {
    does: 'so many values are asked for ahead',
    test: async () => {
      const asked = async (options: ToAsyncIterableOptions) => {
        const source = handFed<number>();
        const loop = toAsyncIterable(concat(source, NEVER), options)[Symbol.asyncIterator]();
        void loop.next();
        await turn();
        const { requested } = source;
        void loop.return?.();
        return requested;
      };
      expect([await asked({}), await asked({ prefetch: 3 })]).toEqual([16, 3]);
    },
  },
});
