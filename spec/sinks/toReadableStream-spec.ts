import { describe, expect, it } from '@jest/globals';
import { concat, map, mergeMap, NEVER, Observable, of, Subject, throwError } from 'rxjs';
import { stage } from '../../lib/operators/stage.js';
import {
  toReadableStream,
  TO_READABLE_STREAM_OPTIONS,
  type ToReadableStreamOptions,
} from '../../lib/sinks/toReadableStream.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { handFed } from '../../lib/testing/HandFed.js';
import { codeIn, messageIn, thrownBy } from '../credit/support/errors.js';
import { failureOf, soon, turn } from '../credit/support/waiting.js';
import { numbers } from '../operators/support/seen.js';
import { everyOption } from '../options/everyOption.js';

async function all<T>(stream: ReadableStream<T>): Promise<T[]> {
  const seen: T[] = [];
  const reader = stream.getReader();
  for (let item = await reader.read(); !item.done; item = await reader.read()) seen.push(item.value);
  return seen;
}

const MARKS = [0, 1, 2, 16, 1000];

describe('toReadableStream', () => {
  it('gives every value in order, whatever the highWaterMark, undefined and null too', async () => {
    for (const highWaterMark of MARKS) {
      const flow = fromPull(numbers(100)).pipe(stage(async (n: number) => n));
      expect(await all(toReadableStream(flow, { highWaterMark }))).toEqual(numbers(100));
    }
    expect(await all(toReadableStream(of(undefined, null, 0)))).toEqual([undefined, null, 0]);
  });

  it.each([
    [0, 0, [1, 2, 3]],
    [1, 1, [2, 3, 4]],
    [5, 5, [6, 7, 8]],
  ])(
    'C1: with highWaterMark %i, %i are asked for before a read, and one for each read',
    async (mark, before, after) => {
      const source = handFed(numbers(99));
      const reader = toReadableStream(source, { highWaterMark: mark }).getReader();
      await turn();
      expect([source.requested, source.delivered]).toEqual([before, before]);
      for (const expected of after) {
        await reader.read();
        await turn();
        expect([source.requested, source.delivered]).toEqual([expected, expected]);
      }
    },
  );

  it('C1: where reads wait, one is asked for at a time, and none twice', async () => {
    const source = handFed<number>();
    const reader = toReadableStream(source, { highWaterMark: 0 }).getReader();
    const reads = [reader.read(), reader.read(), reader.read()];
    await turn();
    expect(source.requested).toBe(1);
    for (const n of [1, 2, 3]) {
      source.send(n);
      await turn();
    }
    expect(await Promise.all(reads)).toEqual([1, 2, 3].map((value) => ({ done: false, value })));
    expect(source.requested).toBe(3);
  });

  it('C3: an expansion in the link is repaid before the source is asked again', async () => {
    const source = handFed(numbers(9));
    const tripled = source.pipe(mergeMap((n) => [n, n, n]));
    const reader = toReadableStream(tripled, { highWaterMark: 2 }).getReader();
    await turn();
    expect(source.delivered).toBe(1);
    for (const [read, delivered] of [
      [1, 1],
      [2, 2],
      [3, 2],
    ] as const) {
      await reader.read();
      await turn();
      expect([read, source.delivered]).toEqual([read, delivered]);
    }
  });

  it('is subscribed by the first demand, once', async () => {
    const source = handFed([1, 2]);
    const stream = toReadableStream(source, { highWaterMark: 0 });
    await turn();
    expect(source.feeds).toHaveLength(0);
    expect(await all(stream)).toEqual([1, 2]);
    expect(source.feeds).toHaveLength(1);
  });

  it.each(MARKS)('C10: an error waits behind the values in the queue, highWaterMark %i', async (highWaterMark) => {
    const failure = new Error('no');
    const failing = concat(
      fromPull([1, 2, 3]),
      throwError(() => failure),
    );
    const reader = toReadableStream(failing, { highWaterMark }).getReader();
    await turn();
    const seen: unknown[] = [];
    for (let n = 0; n < 3; n++) seen.push((await reader.read()).value);
    expect([seen, await failureOf(reader.read())]).toEqual([[1, 2, 3], failure]);
  });

  it('C10: an error reaches a read that waits', async () => {
    const source = new Subject<number>();
    const reader = toReadableStream(source).getReader();
    const read = reader.read();
    await turn();
    source.error('no');
    expect(await failureOf(read)).toBe('no');
  });

  it('C8: a source that cannot stop fails the stream with OVERFLOW, at once', async () => {
    const error = await failureOf(all(toReadableStream(of(...numbers(5)), { highWaterMark: 3 })));
    expect(codeIn(error)).toBe('OVERFLOW');
    expect(messageIn(error)).toContain(`stage 'toReadableStream' while its 3 places were taken`);
  });

  it('takes pushes as they come', async () => {
    const pushes = new Subject<number>();
    const work = all(toReadableStream(pushes.pipe(map((n) => n * 2))));
    await turn();
    pushes.next(1);
    pushes.next(2);
    pushes.complete();
    expect(await work).toEqual([2, 4]);
  });

  it('C9: cancel releases the flow once, also while a read waits, and nothing comes afterwards', async () => {
    for (const highWaterMark of MARKS) {
      let released = 0;
      const flow = new Observable<number>(() => () => released++);
      const reader = toReadableStream(flow, { highWaterMark }).getReader();
      const read = reader.read();
      await turn();
      await Promise.all([reader.cancel('enough'), reader.cancel()]);
      expect([released, await soon(read)]).toEqual([1, { done: true, value: undefined }]);
    }
  });

  it('C9: a stream that nobody asked is cancelled without a subscription', async () => {
    const source = handFed([1]);
    await toReadableStream(source, { highWaterMark: 0 }).cancel();
    expect(source.feeds).toHaveLength(0);
  });

  it('C9: cancelled inside the very delivery, it takes no more', async () => {
    let pulled = 0;
    function* endless() {
      for (;;) {
        if (++pulled === 3) void reader.cancel();
        yield pulled;
      }
    }
    const reader = toReadableStream(fromPull(endless()), { highWaterMark: 10 }).getReader();
    await turn();
    expect([pulled, await reader.read()]).toEqual([3, { done: true, value: undefined }]);
  });

  it('C9: what a teardown throws rejects the cancel', async () => {
    const failure = new Error('teardown');
    const flow = new Observable<number>(() => () => {
      throw failure;
    });
    const stream = toReadableStream(flow);
    await turn();
    expect(await failureOf(stream.cancel())).toMatchObject({ errors: [failure] });
  });

  it('a reader that lets go loses nothing: the next one goes on', async () => {
    const source = handFed<number>();
    const stream = toReadableStream(source, { highWaterMark: 0 });
    const first = stream.getReader();
    await turn();
    const lost = first.read();
    first.releaseLock();
    expect(await failureOf(lost)).toMatchObject({ name: 'TypeError' });
    source.send(1, 2);
    source.complete();
    expect(await all(stream)).toEqual([1, 2]);
  });

  it('may be read inside a delivery of another flow, whose records it leaves alone', async () => {
    const reader = toReadableStream(fromPull(numbers(5)), { highWaterMark: 0 }).getReader();
    const reads: Promise<unknown>[] = [];
    const others: number[] = [];
    fromPull([1, 2, 3])
      .pipe(stage((n: number) => n, { capacity: 1 }))
      .subscribe((n) => {
        others.push(n);
        reads.push(reader.read().then(({ value }) => value));
      });
    expect([others, await Promise.all(reads)]).toEqual([
      [1, 2, 3],
      [0, 1, 2],
    ]);
  });

  it('tees: the slower branch holds what it has not read', async () => {
    const [left, right] = toReadableStream(fromPull(numbers(20)), { highWaterMark: 2 }).tee();
    expect([await all(left), await all(right)]).toEqual([numbers(20), numbers(20)]);
  });

  it.each([undefined, null, 1, [], of])('is given an Observable, and not %p', (flow) => {
    const error = thrownBy(() => toReadableStream(flow as never));
    expect(codeIn(error)).toBe('OPTION');
    expect(messageIn(error)).toMatch(/^toReadableStream: flow is .*; give an Observable$/);
  });
});

everyOption('toReadableStream', TO_READABLE_STREAM_OPTIONS, {
  highWaterMark: {
    does: 'so many values wait in the stream',
    test: async () => {
      const asked = async (options: ToReadableStreamOptions) => {
        const source = handFed<number>();
        const stream = toReadableStream(concat(source, NEVER), options);
        await turn();
        const { requested } = source;
        await stream.cancel();
        return requested;
      };
      expect([await asked({}), await asked({ highWaterMark: 3 }), await asked({ highWaterMark: 0 })]).toEqual([
        16, 3, 0,
      ]);
    },
  },
});
