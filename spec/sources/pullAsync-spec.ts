import { describe, expect, it } from '@jest/globals';
import { merge, take } from 'rxjs';
import { run, RunError } from '../../lib/sinks/run.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { handGranted } from '../../lib/testing/HandGranted.js';
import { collectUnhandled } from '../credit/support/unhandled.js';
import { failureOf, never, turn } from '../credit/support/waiting.js';
import { microtasks } from '../operators/support/Works.js';
import { see } from '../operators/support/seen.js';

const unhandled = collectUnhandled();

/** An asynchronous iterator whose answers the test gives by hand. */
function iterable(returned: () => unknown = () => Promise.resolve({ done: true, value: undefined })) {
  const calls = { next: 0, return: 0 };
  const open: { resolve: (result: unknown) => void; reject: (error: unknown) => void }[] = [];
  const rows = {
    [Symbol.asyncIterator]: () => ({
      next: () => {
        calls.next++;
        return new Promise((resolve, reject) => {
          open.push({ resolve, reject });
        });
      },
      return: () => {
        calls.return++;
        return returned();
      },
    }),
  } as unknown as AsyncIterable<number>;
  const answer = async (result: unknown) => {
    open.shift()?.resolve(result);
    await microtasks();
  };
  const fail = async (error: unknown) => {
    open.shift()?.reject(error);
    await microtasks();
  };
  return { calls, rows, answer, fail, give: (value: number) => answer({ done: false, value }) };
}

describe('an asynchronous iterator that is pulled', () => {
  it('C1: is asked one at a time, and only against credit', async () => {
    const { calls, rows, give } = iterable();
    const sink = handGranted(fromPull(rows));
    expect(calls.next).toBe(0);
    sink.grant(2);
    expect(calls.next).toBe(1);
    await give(1);
    expect([sink.received, calls.next]).toEqual([[1], 2]);
    await give(2);
    expect([sink.received, calls.next]).toEqual([[1, 2], 2]);
  });

  it('C1: holds one item in hand when another producer has used its credit meanwhile', async () => {
    const { calls, rows, give } = iterable();
    const other = iterable();
    const sink = handGranted(merge(fromPull(rows), fromPull(other.rows)));
    sink.grant(1);
    expect([calls.next, other.calls.next]).toEqual([1, 1]);
    await give(1);
    await other.give(10);
    expect([sink.received, sink.balance]).toEqual([[1], 0]);
    sink.grant(1);
    expect(sink.received).toEqual([1, 10]);
  });

  it('C10: completes and fails when the iterator does, and asks no more', async () => {
    const ends = iterable();
    const { seen } = see(fromPull(ends.rows));
    await ends.give(1);
    await ends.answer({ done: true, value: 9 });
    const fails = iterable();
    const failed = see(fromPull(fails.rows));
    await fails.fail('disk');
    expect([seen, failed.seen]).toEqual([[1, '|'], [{ error: 'disk' }]]);
    expect([ends.calls, fails.calls]).toEqual([
      { next: 2, return: 0 },
      { next: 1, return: 0 },
    ]);
  });

  it('next() that throws fails the stream', () => {
    const rows = {
      [Symbol.asyncIterator]: () => ({
        next: () => {
          throw new Error('next');
        },
      }),
    } as unknown as AsyncIterable<number>;
    expect(see(fromPull(rows)).seen).toEqual([{ error: new Error('next') }]);
  });

  it.each([undefined, null])('an answer that is %p fails the stream, and is no unhandled rejection', async (answer) => {
    const rows = { [Symbol.asyncIterator]: () => ({ next: async () => answer }) } as unknown as AsyncIterable<number>;
    const error = await failureOf(run(fromPull(rows).pipe(take(1))));
    expect(error).toBeInstanceOf(RunError);
    expect(unhandled).toEqual([]);
  });

  it('C9: gets return() once, at once, and what it answers later is not heard', async () => {
    const { calls, rows, give } = iterable();
    const { seen, running } = see(fromPull(rows));
    running.unsubscribe();
    running.unsubscribe();
    expect(calls.return).toBe(1);
    await give(1);
    expect([seen, calls.next]).toEqual([[], 1]);
  });

  it('C9: a generator that waits is closed when its next() ends', async () => {
    let closed = 0;
    let go: () => void = () => undefined;
    async function* rows() {
      try {
        await new Promise<void>((resume) => {
          go = resume;
        });
        yield 1;
      } finally {
        closed++;
      }
    }
    const { running } = see(fromPull(rows()));
    running.unsubscribe();
    expect(closed).toBe(0);
    go();
    await turn();
    expect(closed).toBe(1);
  });

  it.each<[string, () => unknown]>([
    ['rejects', () => Promise.reject(new Error('return'))],
    ['is a thenable that rejects', () => ({ then: (_: unknown, reject: (error: unknown) => void) => reject('no') })],
    ['never settles', never],
    ['is nothing', () => undefined],
  ])('C9: a return() whose answer %s harms nobody', async (_, returned) => {
    const { calls, rows } = iterable(returned);
    const { running } = see(fromPull(rows));
    running.unsubscribe();
    await turn();
    expect({ calls, unhandled }).toEqual({ calls: { next: 1, return: 1 }, unhandled: [] });
  });

  it('an iterator without return() is let go all the same', () => {
    const rows = { [Symbol.asyncIterator]: () => ({ next: never }) } as unknown as AsyncIterable<number>;
    const { running } = see(fromPull(rows));
    running.unsubscribe();
    expect(running.closed).toBe(true);
  });

  it('C5: answers that are no promises are taken as they come, any number of them', () => {
    let n = 0;
    const rows = {
      [Symbol.asyncIterator]: () => ({ next: () => ({ done: n === 20_000, value: n++ }) }),
    } as unknown as AsyncIterable<number>;
    let last = -1;
    fromPull(rows).subscribe((value) => {
      last = value;
    });
    expect(last).toBe(19_999);
  });
});
