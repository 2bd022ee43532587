import { Flowable } from '../credit/Flowable.js';
import type { FlowableSubscriber } from '../credit/FlowableSubscriber.js';
import { SluiceError } from '../credit/SluiceError.js';
import { show } from '../options/checkOptions.js';
import { pullAsync } from './pullAsync.js';
import { pullSync } from './pullSync.js';

/** What can be pulled from. A Node Readable is an AsyncIterable. */
export type Pullable<T> = Iterable<T> | AsyncIterable<T> | ReadableStream<T>;

/** Makes a fresh input for each subscription, so that retry and repeat can start again. */
export type PullableFactory<T> = (context: { readonly signal: AbortSignal }) => Pullable<T>;

/**
 * A source that is pulled: nothing is taken from `input` for which no credit is there.
 *
 * `input` is an Iterable, an AsyncIterable, a Node Readable, a Web ReadableStream, or a function that makes one of
 * them. Only a function, and an iterable that is not its own iterator (an array, a Set), can be subscribed to twice; a
 * generator or a stream fails the second time with SOURCE_CONSUMED, and so does a stream that somebody else has read to
 * its end or is reading.
 *
 * - **Emits** while the stage below has credit; with no stage below, all it has. An asynchronous input holds at most
 *   one item in hand, taken against credit that another producer used meanwhile.
 * - **Back-pressures** the input by not asking it.
 * - **Completes** when the input is done, and fails when it throws.
 * - **Cancels** by `return()` (a ReadableStream: `cancel()`) at once, or when a running `next()` ends; the `signal`
 *   that a function is given is aborted at once. What `return()` throws goes to whoever unsubscribed; what it rejects
 *   with is not reported, since nobody is left to hear it.
 *
 * @throws SluiceError NOT_PULLABLE when `input` is none of these
 *
 * @example
 * fromPull(() => fs.createReadStream('orders.csv').pipe(parse())).pipe(stage(save, { concurrency: 8 })).subscribe();
 */
export function fromPull<T>(input: Pullable<T> | PullableFactory<T>): Flowable<T> {
  if (typeof input === 'function') {
    return new Flowable<T>((subscriber) => {
      const controller = new AbortController();
      subscriber.add(() => {
        controller.abort();
      });
      pull(input({ signal: controller.signal }), subscriber);
    });
  }
  if (!isPullable(input)) throw notPullable(input);
  return new Flowable<T>((subscriber) => {
    pull(input, subscriber);
  });
}

const consumed = new WeakSet();

function pull<T>(input: Pullable<T>, subscriber: FlowableSubscriber<T>): void {
  if (!isPullable(input)) {
    // A promise that is refused may reject all the same.
    ignorePromise(input);
    throw notPullable(input);
  }
  if (isAsync(input)) {
    destroyInTheEnd(input, subscriber);
    const iterator = input[Symbol.asyncIterator]();
    consumeOnce(input, iterator);
    pullAsync(iterator, subscriber);
  } else if (isStream(input)) {
    if (input.locked && !consumed.has(input)) throw locked();
    consumeOnce(input, input);
    pullAsync(iterateStream(input), subscriber);
  } else {
    const iterator = input[Symbol.iterator]();
    if (typeof input !== 'string') consumeOnce(input, iterator);
    pullSync(iterator, subscriber);
  }
}

/** What is its own iterator, or a stream, is gone once it has been read. */
function consumeOnce(input: object, iterator: object): void {
  if (iterator !== input && !isReadable(input)) return;
  if (consumed.has(input)) {
    throw consumedBefore(isReadable(input) ? 'stream' : 'iterator', 'an earlier subscription');
  }
  if ((input as { readableEnded?: unknown }).readableEnded === true) throw consumedBefore('stream', 'somebody else');
  consumed.add(input);
}

function consumedBefore(what: string, reader: string): SluiceError {
  return new SluiceError(
    'SOURCE_CONSUMED',
    `fromPull: this ${what} has been read by ${reader}; ` +
      `write fromPull(() => …) with a function that makes a new one for each`,
  );
}

function locked(): SluiceError {
  return new SluiceError(
    'SOURCE_CONSUMED',
    `fromPull: this stream is locked, somebody else reads it; release that reader first, or give one branch of tee()`,
  );
}

function ignorePromise(input: unknown): void {
  if (input instanceof Promise) input.catch(() => undefined);
}

/** A Node stream that was never read is not released by its iterator, which has not begun. */
function destroyInTheEnd(input: object, subscriber: { add(teardown: () => void): void }): void {
  const { destroy } = input as { destroy?: unknown };
  if (isReadable(input) && typeof destroy === 'function') subscriber.add(() => void destroy.call(input));
}

function isPullable(input: unknown): input is Pullable<unknown> {
  if (typeof input === 'string') return true;
  return typeof input === 'object' && input !== null && (isAsync(input) || isStream(input) || isSync(input));
}

function isAsync<T>(input: unknown): input is AsyncIterable<T> {
  return typeof (input as Partial<AsyncIterable<T>>)[Symbol.asyncIterator] === 'function' && !isWebStream(input);
}

function isSync<T>(input: unknown): input is Iterable<T> {
  return typeof (input as Partial<Iterable<T>>)[Symbol.iterator] === 'function';
}

function isWebStream(input: unknown): boolean {
  return typeof (input as Partial<ReadableStream>).getReader === 'function';
}

function isStream<T>(input: unknown): input is ReadableStream<T> {
  return isWebStream(input);
}

function isReadable(input: object): boolean {
  return isWebStream(input) || typeof (input as { pipe?: unknown; read?: unknown }).read === 'function';
}

/** Web streams are read by a reader, because not every browser's stream is an AsyncIterable. */
function iterateStream<T>(stream: ReadableStream<T>): AsyncIterator<T> {
  const reader = stream.getReader();
  return {
    async next() {
      const { done, value } = await reader.read();
      if (!done) return { done: false, value };
      reader.releaseLock();
      return { done: true, value: undefined };
    },
    async return() {
      const cancelled = reader.cancel();
      reader.releaseLock();
      await cancelled;
      return { done: true, value: undefined };
    },
  };
}

function notPullable(input: unknown): SluiceError {
  return new SluiceError(
    'NOT_PULLABLE',
    `fromPull: cannot pull from ${show(input)}; give an Iterable, an AsyncIterable, a Node Readable, ` +
      `a Web ReadableStream, or a function that returns one of them; a promise goes in by from(promise), ` +
      `an Observable needs no fromPull`,
  );
}
