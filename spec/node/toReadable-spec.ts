import { describe, expect, it } from '@jest/globals';
import type { Readable } from 'node:stream';
import { concat, mergeMap, NEVER, Observable, of, Subject, throwError } from 'rxjs';
import { toReadable, TO_READABLE_OPTIONS, type ToReadableOptions } from '../../lib/node/toReadable.js';
import { stage } from '../../lib/operators/stage.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { handFed } from '../../lib/testing/HandFed.js';
import { codeIn, messageIn, thrownBy } from '../credit/support/errors.js';
import { collectUnhandled } from '../credit/support/unhandled.js';
import { failureOf, turn } from '../credit/support/waiting.js';
import { numbers } from '../operators/support/seen.js';
import { everyOption } from '../options/everyOption.js';

const unhandled = collectUnhandled();

async function all(stream: Readable): Promise<unknown[]> {
  const seen: unknown[] = [];
  for await (const value of stream) seen.push(value);
  return seen;
}

/** What a listener hears of a stream that flows: its values, then 'end' or { error }. */
async function heard(stream: Readable, milliseconds = 5): Promise<unknown[]> {
  const seen: unknown[] = [];
  stream
    .on('data', (value: unknown) => seen.push(value))
    .on('end', () => seen.push('end'))
    .on('error', (error: unknown) => seen.push({ error }));
  await turn(milliseconds);
  return seen;
}

const MARKS = [0, 1, 2, 16, 1000];
const BYTES = { objectMode: false } as const;

describe('toReadable', () => {
  it('gives every record in order, whatever the highWaterMark, undefined too', async () => {
    for (const highWaterMark of MARKS) {
      const flow = () => fromPull(numbers(100)).pipe(stage(async (n: number) => n));
      expect(await all(toReadable(flow(), { highWaterMark }))).toEqual(numbers(100));
      expect(await heard(toReadable(fromPull(numbers(100)), { highWaterMark }))).toEqual([...numbers(100), 'end']);
    }
    expect(await all(toReadable(of(undefined, 0, '', false)))).toEqual([undefined, 0, '', false]);
  });

  it('C1: asks for what the buffer has room for, and for more when it has been read', async () => {
    const source = handFed(numbers(99));
    const stream = toReadable(source, { highWaterMark: 3 });
    await turn();
    expect(source.feeds).toHaveLength(0);
    stream.on('readable', () => undefined);
    await turn();
    expect([source.requested, stream.readableLength]).toEqual([3, 3]);
    expect(stream.read()).toBe(0);
    await turn();
    expect([source.requested, stream.readableLength]).toEqual([4, 3]);
    stream.destroy();
  });

  it('C1: never holds more than its highWaterMark, however it is paused and resumed', async () => {
    const source = handFed(numbers(500));
    const stream = toReadable(source, { highWaterMark: 4 });
    let seen = 0;
    const most = { held: 0, ahead: 0 };
    const look = () => {
      most.held = Math.max(most.held, stream.readableLength);
      most.ahead = Math.max(most.ahead, source.requested - seen);
    };
    stream.on('data', () => {
      seen++;
      look();
      if (seen % 7 === 0) {
        stream.pause();
        setImmediate(() => {
          look();
          stream.resume();
        });
      }
    });
    await new Promise((ended) => stream.on('end', ended));
    expect([seen, most.held, most.ahead]).toEqual([500, 4, 4]);
  });

  it('C3: an expansion in the link is repaid before the source is asked again', async () => {
    const source = handFed(numbers(9));
    const stream = toReadable(source.pipe(mergeMap((n) => [n, n, n])), { highWaterMark: 2 });
    stream.on('readable', () => undefined);
    await turn();
    expect(source.delivered).toBe(1);
    stream.read();
    await turn();
    expect(source.delivered).toBe(1);
    stream.read();
    await turn();
    expect(source.delivered).toBe(2);
    stream.destroy();
  });

  it('with bytes, one record is asked for at a time, until the buffer has its bytes', async () => {
    const source = handFed(['abc', 'def', 'ghi', 'jkl']);
    const stream = toReadable(source, { ...BYTES, highWaterMark: 5 });
    stream.on('readable', () => undefined);
    await turn();
    expect([source.delivered, stream.readableLength]).toEqual([2, 6]);
    // Node asks for more before it hands out what there is.
    expect(String(stream.read())).toBe('abcdefghi');
    await turn();
    expect(source.delivered).toBe(4);
    stream.destroy();
  });

  it('with bytes, empty records are left out and stop nothing', async () => {
    const records = ['', 'a', '', '', new Uint8Array(), 'b', '', Buffer.from('c'), ''];
    for (const make of [() => records, () => fromLater(records)]) {
      const chunks = await all(toReadable(fromPull<string | Uint8Array>(make), { ...BYTES, highWaterMark: 1 }));
      expect(chunks.map(String).join('')).toBe('abc');
    }
  });

  it.each(MARKS)('C10: an error waits behind the records in the buffer, highWaterMark %i', async (highWaterMark) => {
    const failure = new Error('no');
    const failing = () =>
      concat(
        fromPull([1, 2, 3]),
        throwError(() => failure),
      );
    expect(await heard(toReadable(failing(), { highWaterMark }))).toEqual([1, 2, 3, { error: failure }]);
    const seen: unknown[] = [];
    const loop = async () => {
      for await (const value of toReadable(failing(), { highWaterMark })) {
        seen.push(value);
        await turn();
      }
    };
    expect([await failureOf(loop()), seen]).toEqual([failure, [1, 2, 3]]);
  });

  it('C10: an error reaches a stream that waits, even one that is nothing', async () => {
    for (const failure of [new Error('no'), 'no', undefined, null, 0, '']) {
      const source = new Subject<number>();
      const stream = toReadable(source);
      const work = heard(stream);
      await Promise.resolve();
      source.error(failure);
      const [{ error }] = (await work) as [{ error: unknown }];
      if (failure) expect(error).toBe(failure);
      else expect(messageIn(error)).toBe(`toReadable: the flow failed with ${failure === '' ? '""' : failure}`);
    }
  });

  it('C8: a source that cannot stop destroys the stream with OVERFLOW', async () => {
    const error = await failureOf(all(toReadable(of(...numbers(5)), { highWaterMark: 3 })));
    expect(codeIn(error)).toBe('OVERFLOW');
  });

  it('C9: destroy releases the flow once, and nothing comes afterwards', async () => {
    let released = 0;
    const pushes = new Subject<number>();
    const flow = new Observable<number>((subscriber) => {
      subscriber.add(pushes.subscribe(subscriber));
      return () => released++;
    });
    const stream = toReadable(flow);
    const seen = heard(stream, 10);
    await turn();
    pushes.next(1);
    stream.destroy();
    stream.destroy();
    pushes.next(2);
    expect([await seen, released]).toEqual([[1], 1]);
  });

  it('C9: destroyed inside the delivery, it takes no more', async () => {
    const source = handFed(numbers(50));
    const stream = toReadable(source, { highWaterMark: 10 });
    stream.on('data', (n: number) => {
      if (n === 3) stream.destroy();
    });
    await turn(5);
    expect([source.subscribed, source.delivered]).toEqual([false, 14]);
  });

  it('C9: leaving the loop releases the flow', async () => {
    const source = handFed(numbers(50));
    for await (const n of toReadable(source)) if (n === 3) break;
    expect(source.subscribed).toBe(false);
  });

  it('C9: what a teardown throws is the error of the stream', async () => {
    const failure = new Error('teardown');
    const stream = toReadable(
      new Observable<number>(() => () => {
        throw failure;
      }),
    );
    const work = heard(stream);
    await turn();
    stream.destroy();
    expect(await work).toMatchObject([{ error: { errors: [failure] } }]);
    expect(unhandled).toEqual([]);
  });

  it('C9: one that was never read is destroyed without a subscription', async () => {
    const source = handFed([1]);
    toReadable(source).destroy();
    await turn();
    expect(source.feeds).toHaveLength(0);
  });

  it.each<[unknown, ToReadableOptions, string]>([
    [null, {}, 'a record is null, which is the end of a Node stream'],
    [null, BYTES, 'a record is null'],
    [undefined, BYTES, 'a record is undefined; with objectMode: false give strings'],
    [7, BYTES, 'a record is 7; with objectMode: false give strings'],
    [{ row: 1 }, BYTES, 'a record is an object; with objectMode: false give strings'],
  ])('%p with %p fails the stream with INVALID, behind the records before it', async (value, options, message) => {
    const source = handFed<unknown>(['a', value, 'b']);
    const seen = await heard(toReadable(source, options));
    expect(seen.slice(0, -1).map(String)).toEqual(['a']);
    const { error } = seen.at(-1) as { error: unknown };
    expect([codeIn(error), source.subscribed]).toEqual(['INVALID', false]);
    expect(messageIn(error)).toContain(message);
  });

  it.each([undefined, null, 1, [], of])('is given an Observable, and not %p', (flow) => {
    const error = thrownBy(() => toReadable(flow as never));
    expect(codeIn(error)).toBe('OPTION');
    expect(messageIn(error)).toMatch(/^toReadable: flow is .*; give an Observable$/);
  });
});

async function* fromLater<T>(values: readonly T[]) {
  for (const value of values) {
    await turn(0);
    yield value;
  }
}

everyOption('toReadable', TO_READABLE_OPTIONS, {
  highWaterMark: {
    does: 'so many records wait in the stream, or so many bytes',
    test: async () => {
      const asked = async (options: ToReadableOptions) => {
        const source = handFed<number>();
        const stream = toReadable(concat(source, NEVER), options);
        stream.on('readable', () => undefined);
        await turn();
        stream.destroy();
        return source.requested;
      };
      expect([await asked({}), await asked({ highWaterMark: 3 })]).toEqual([16, 3]);
      const marks = [toReadable(NEVER, BYTES), toReadable(NEVER, { ...BYTES, highWaterMark: 3 })];
      expect(marks.map(({ readableHighWaterMark }) => readableHighWaterMark)).toEqual([16_384, 3]);
    },
  },
  objectMode: {
    does: 'with false, records are bytes',
    test: async () => {
      const chunks = (options: ToReadableOptions) => all(toReadable(fromPull(['a', 'b']), options));
      expect([await chunks({}), await chunks(BYTES)]).toEqual([
        ['a', 'b'],
        [Buffer.from('a'), Buffer.from('b')],
      ]);
    },
  },
});
