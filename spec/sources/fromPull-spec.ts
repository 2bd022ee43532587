import { describe, expect, it } from '@jest/globals';
import { Readable } from 'node:stream';
import { map, repeat, retry, take } from 'rxjs';
import { CreditSubject } from '../../lib/credit/CreditSubject.js';
import { Flowable } from '../../lib/credit/Flowable.js';
import { subscribeWithCredit } from '../../lib/credit/subscribeWithCredit.js';
import { stage } from '../../lib/operators/stage.js';
import { run, type RunError } from '../../lib/sinks/run.js';
import { fromPull, type Pullable, type PullableFactory } from '../../lib/sources/fromPull.js';
import { handGranted } from '../../lib/testing/HandGranted.js';
import { codeIn, messageIn, thrownBy } from '../credit/support/errors.js';
import { collectUnhandled } from '../credit/support/unhandled.js';
import { failureOf, turn } from '../credit/support/waiting.js';
import { see } from '../operators/support/seen.js';

const unhandled = collectUnhandled();

async function* later(values: readonly number[]) {
  for (const value of values) {
    await Promise.resolve();
    yield value;
  }
}

function* now(values: readonly number[]) {
  yield* values;
}

const webStream = (values: readonly number[]) =>
  new ReadableStream<number>({
    start(controller) {
      for (const value of values) controller.enqueue(value);
      controller.close();
    },
  });

const INPUTS: readonly (readonly [string, () => Pullable<number>])[] = [
  ['an Iterable', () => [1, 2, 3]],
  ['a generator', () => now([1, 2, 3])],
  ['an AsyncIterable', () => later([1, 2, 3])],
  ['a Node Readable', () => Readable.from([1, 2, 3])],
  ['a Web ReadableStream', () => webStream([1, 2, 3])],
];

describe.each(INPUTS)('fromPull of %s', (_, input) => {
  it('hands on all there is, and completes', async () => {
    const { seen } = see(fromPull(input()));
    await turn(5);
    expect(seen).toEqual([1, 2, 3, '|']);
    expect(fromPull(input())).toBeInstanceOf(Flowable);
  });

  it('C1: hands on as much as was granted, and then no more', async () => {
    const sink = handGranted(fromPull(input()));
    await turn();
    expect(sink.received).toEqual([]);
    sink.grant(2);
    await turn(5);
    expect([sink.received, sink.ending]).toEqual([[1, 2], null]);
    sink.grant(2);
    await turn(5);
    expect([sink.received, sink.ending]).toEqual([[1, 2, 3], { kind: 'complete' }]);
  });

  it('a function that makes it can be subscribed to again', async () => {
    const { seen } = see(fromPull(input).pipe(repeat(2)));
    await turn(10);
    expect(seen).toEqual([1, 2, 3, 1, 2, 3, '|']);
  });

  it('C9: take ends it after as many records', async () => {
    const { seen } = see(fromPull(input()).pipe(take(2)));
    await turn(5);
    expect(seen).toEqual([1, 2, '|']);
  });
});

describe('fromPull for the second time', () => {
  it.each([
    ['an array', [1, 2]],
    ['a Set', new Set([1, 2])],
    ['a string', '12'],
  ])('begins again where that is possible: %s', (_, input) => {
    const { seen } = see(fromPull<unknown>(input).pipe(map(Number), repeat(2)));
    expect(seen).toEqual([1, 2, 1, 2, '|']);
  });

  it.each(INPUTS.slice(1))('fails with SOURCE_CONSUMED, and names the remedy: %s', async (_, input) => {
    const { seen } = see(fromPull(input()).pipe(repeat(2)));
    await turn(5);
    const { error } = seen.pop() as { error: unknown };
    expect(seen).toEqual([1, 2, 3]);
    expect(codeIn(error)).toBe('SOURCE_CONSUMED');
    expect(messageIn(error)).toContain('fromPull(() => …)');
  });

  it('by retry fails in the same way, and with a function begins anew', () => {
    let failures = 0;
    const link = map((n: number) => {
      if (n === 2 && failures++ === 0) throw new Error('once');
      return n;
    });
    const { seen } = see(fromPull(now([1, 2])).pipe(link, retry(1)));
    expect(seen.map((one) => (typeof one === 'object' ? codeIn((one as { error: unknown }).error) : one))).toEqual([
      1,
      'SOURCE_CONSUMED',
    ]);
    failures = 0;
    expect(see(fromPull(() => now([1, 2])).pipe(link, retry(1))).seen).toEqual([1, 1, 2, '|']);
  });

  it('two flows of one generator share its fate', () => {
    const rows = now([1, 2]);
    see(fromPull(rows));
    expect(see(fromPull(rows)).seen).toMatchObject([{ error: { code: 'SOURCE_CONSUMED' } }]);
  });
});

describe('fromPull of what cannot be pulled', () => {
  it.each([undefined, null, 1, true, {}, Promise.resolve([1]), Symbol('s'), { next: () => undefined }])(
    'fails with NOT_PULLABLE when it is made: %p',
    (input) => {
      const error = thrownBy(() => fromPull(input as unknown as Pullable<number>));
      expect(codeIn(error)).toBe('NOT_PULLABLE');
      expect(messageIn(error)).toContain('give an Iterable, an AsyncIterable, a Node Readable');
    },
  );

  it('a function that returns such a thing fails the stream when it is subscribed', () => {
    const flow = fromPull((() => 7) as unknown as PullableFactory<number>);
    expect(see(flow).seen).toMatchObject([{ error: { code: 'NOT_PULLABLE' } }]);
  });

  it('a function that returns a promise, which then rejects, is no unhandled rejection', async () => {
    const factory = (async () => {
      throw new Error('no');
    }) as unknown as PullableFactory<number>;
    const error = await failureOf(run(fromPull(factory)));
    await turn(5);
    expect(codeIn((error as RunError).cause)).toBe('NOT_PULLABLE');
    expect(unhandled).toEqual([]);
  });

  it('a function that throws fails the stream with just that', () => {
    const failure = new Error('no file');
    const throwing = () => {
      throw failure;
    };
    expect(see(fromPull(throwing)).seen).toEqual([{ error: failure }]);
  });
});

describe('the signal of a function given to fromPull (C9)', () => {
  const signalOf = (end: (running: { unsubscribe(): void }) => void, values: readonly number[] = [1, 2]) => {
    let signal: AbortSignal | undefined;
    const flow = fromPull((context) => {
      ({ signal } = context);
      return values;
    });
    const credit = new CreditSubject();
    const running = subscribeWithCredit(flow, { error: () => undefined }, credit);
    credit.next(1);
    const before = signal?.aborted;
    end(running);
    return [before, signal?.aborted];
  };

  it('is aborted at once when the flow is unsubscribed, and not before', () => {
    expect(signalOf(() => undefined)).toEqual([false, false]);
    expect(signalOf((running) => running.unsubscribe())).toEqual([false, true]);
  });

  it('is a new one for each subscription', () => {
    const signals: AbortSignal[] = [];
    const flow = fromPull(({ signal }) => {
      signals.push(signal);
      return [1];
    });
    see(flow.pipe(repeat(3)));
    expect(new Set(signals).size).toBe(3);
  });
});

describe('streams (C9)', () => {
  it.each([
    ['before it was asked', 0],
    ['while it is read', 1],
  ])('a Readable is destroyed by unsubscribing: %s', async (_, granted) => {
    const rows = Readable.from([1, 2, 3]);
    const credit = new CreditSubject();
    const running = subscribeWithCredit(fromPull(rows), () => undefined, credit);
    if (granted > 0) credit.next(granted);
    await turn();
    running.unsubscribe();
    await turn();
    expect(rows.destroyed).toBe(true);
  });

  it('a Readable that fails fails the stream with just that', async () => {
    const rows = new Readable({ objectMode: true, read: () => undefined });
    const { seen } = see(fromPull(rows));
    rows.push(1);
    await turn();
    rows.destroy(new Error('disk'));
    await turn(5);
    expect(seen).toEqual([1, { error: new Error('disk') }]);
  });

  it('a ReadableStream is cancelled, also while a read is under way', async () => {
    for (const granted of [0, 1, 3]) {
      let cancelled = 0;
      const stream = new ReadableStream<number>({ start: (c) => c.enqueue(1), cancel: () => void cancelled++ });
      const credit = new CreditSubject();
      const running = subscribeWithCredit(fromPull(stream), () => undefined, credit);
      if (granted > 0) credit.next(granted);
      await turn();
      running.unsubscribe();
      await turn();
      expect(cancelled).toBe(1);
    }
  });

  it('a stream whose cancel rejects is no unhandled rejection', async () => {
    const stream = new ReadableStream<number>({ cancel: () => Promise.reject(new Error('no')) });
    see(fromPull(stream)).running.unsubscribe();
    await turn();
    expect(unhandled).toEqual([]);
  });
});

describe('a stream that somebody else reads', () => {
  it('a locked ReadableStream fails with SOURCE_CONSUMED, and can be read once it is free', async () => {
    const stream = webStream([1, 2]);
    const reader = stream.getReader();
    const flow = fromPull(stream);
    const refused = see(flow);
    expect(refused.seen).toMatchObject([{ error: { code: 'SOURCE_CONSUMED' } }]);
    expect(messageIn((refused.seen[0] as { error: unknown }).error)).toContain('release that reader first');
    await reader.read();
    reader.releaseLock();
    const { seen } = see(flow);
    await turn(5);
    expect(seen).toEqual([2, '|']);
  });

  it('a ReadableStream that has failed fails the stream with just that', async () => {
    const failure = new Error('down');
    const { seen } = see(fromPull(new ReadableStream<number>({ start: (controller) => controller.error(failure) })));
    await turn();
    expect(seen).toEqual([{ error: failure }]);
  });

  it.each([
    ['when it has ended', 9],
    ['when it is unsubscribed', 1],
  ])('C9: a ReadableStream is free again %s', async (_, wanted) => {
    const stream = webStream([1, 2, 3]);
    see(fromPull(stream).pipe(take(wanted)));
    await turn(5);
    expect(stream.locked).toBe(false);
  });

  it('a Readable that was read to its end fails with SOURCE_CONSUMED and is not taken for an empty one', async () => {
    const rows = Readable.from([1, 2]);
    for await (const row of rows) void row;
    const { seen } = see(fromPull(rows));
    await turn(5);
    expect(seen).toMatchObject([{ error: { code: 'SOURCE_CONSUMED' } }]);
  });

  it('a Readable of which somebody took the first goes on behind it', async () => {
    const rows = Readable.from([1, 2, 3]);
    await new Promise((ready) => rows.once('readable', ready));
    expect(rows.read()).toBe(1);
    const { seen } = see(fromPull(rows));
    await turn(5);
    expect(seen).toEqual([2, 3, '|']);
  });

  it.each([
    ['with an error', new Error('disk'), { message: 'disk' }],
    ['with none', undefined, { code: 'ERR_STREAM_PREMATURE_CLOSE' }],
  ])('a Readable that was destroyed %s fails the stream', async (_, failure, expected) => {
    const rows = Readable.from([1, 2]).on('error', () => undefined);
    rows.destroy(failure);
    await turn();
    const { seen } = see(fromPull(rows));
    await turn(5);
    expect(seen).toMatchObject([{ error: expected }]);
  });
});

it('fromPull above a stage is pulled as the stage has places', () => {
  let pulled = 0;
  function* endless() {
    for (;;) yield pulled++;
  }
  const { running } = see(fromPull(endless()).pipe(stage(() => new Promise(() => undefined), { capacity: 6 })));
  expect(pulled).toBe(6);
  running.unsubscribe();
});
