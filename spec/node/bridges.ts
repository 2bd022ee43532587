import { PassThrough, pipeline, type Readable } from 'node:stream';
import fc from 'fast-check';
import type { Observable } from 'rxjs';
import { toReadable } from '../../lib/node/toReadable.js';
import { toReadableStream } from '../../lib/sinks/toReadableStream.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { turn } from '../credit/support/waiting.js';

/** A way from a flow through a stream into a flow. */
export interface Bridge {
  readonly kind: 'web' | 'node' | 'transform' | 'passThrough';
  readonly highWaterMark: number;
}

/** How far the records may be ahead of the reader in one bridge, a record on its way from one place to the next included. */
export const aheadIn = ({ kind, highWaterMark }: Bridge): number =>
  ({ web: 1, node: 1, transform: 3, passThrough: 3 })[kind] * Math.max(1, highWaterMark) +
  { web: 0, node: 1, transform: 3, passThrough: 3 }[kind];

/** True where the streams between are not ours, and drop what they hold when they fail. */
export const dropsOnFailure = ({ kind }: Bridge): boolean => kind === 'transform' || kind === 'passThrough';

export function cross(flow: Observable<number>, { kind, highWaterMark }: Bridge): Observable<number> {
  const options = { highWaterMark };
  // A writable side that never wants anything is never written to: that is how those streams are made.
  const atLeastOne = { highWaterMark: Math.max(1, highWaterMark) };
  if (kind === 'web') return fromPull(() => toReadableStream(flow, options));
  if (kind === 'node') return fromPull<number>(() => toReadable(flow, options));
  if (kind === 'transform') {
    return fromPull(() =>
      toReadableStream(flow, options).pipeThrough(new TransformStream<number, number>({}, atLeastOne, options)),
    );
  }
  return fromPull<number>(() =>
    pipeline(toReadable(flow, options), new PassThrough({ objectMode: true, ...atLeastOne }), () => undefined),
  );
}

/** What a source is asked for, and how often it is given back. */
export class WatchedRows implements Iterable<number> {
  taken = 0;
  returned = 0;

  constructor(
    private readonly length: number,
    private readonly failure: Error | null,
  ) {}

  [Symbol.iterator](): Iterator<number> {
    return {
      next: () => {
        if (this.taken < this.length) return { done: false, value: this.taken++ };
        if (this.failure !== null) throw this.failure;
        return { done: true, value: undefined };
      },
      return: () => {
        this.returned++;
        return { done: true, value: undefined };
      },
    };
  }
}

/** 0: none, 1: a microtask, 2: a turn of the event loop, 3: some time. */
export type Pause = 0 | 1 | 2 | 3;

export async function pause(how: Pause | undefined): Promise<void> {
  if (how === 1) await Promise.resolve();
  else if (how === 2)
    await new Promise((done) => {
      setImmediate(done);
    });
  else if (how === 3) await turn(2);
}

export interface Crossing {
  readonly length: number;
  readonly bridges: readonly Bridge[];
  readonly reader: 'web' | 'async iterator' | 'listener';
  readonly highWaterMark: number;
  readonly sourcePauses: readonly Pause[] | null;
  readonly readerPauses: readonly Pause[];
  /** After so many records the reader cancels; null: it reads to the end. */
  readonly cancelAfter: number | null;
  readonly fails: boolean;
}

const highWaterMark = fc.nat(5);
const pauses = fc.array(fc.constantFrom<Pause>(0, 0, 0, 1, 2, 3), { minLength: 1, maxLength: 8 });

export const crossings: fc.Arbitrary<Crossing> = fc.record({
  length: fc.nat(30),
  bridges: fc.array(
    fc.record({
      kind: fc.constantFrom<Bridge['kind']>('web', 'node', 'transform', 'passThrough'),
      highWaterMark,
    }),
    { maxLength: 3 },
  ),
  reader: fc.constantFrom('web', 'async iterator', 'listener'),
  highWaterMark,
  sourcePauses: fc.option(pauses, { nil: null }),
  readerPauses: pauses,
  cancelAfter: fc.option(fc.nat(20), { nil: null }),
  fails: fc.boolean(),
});

/** Reads one record after the other; `seen` says after each whether that is enough. */
export type Read = (seen: (value: number) => Promise<boolean>) => Promise<void>;

export function readerOf(flow: Observable<number>, { reader, highWaterMark }: Crossing): Read {
  if (reader === 'web') return webReader(toReadableStream(flow, { highWaterMark }));
  const stream = toReadable(flow, { highWaterMark });
  return reader === 'listener' ? listener(stream) : asyncIterator(stream);
}

const webReader =
  (stream: ReadableStream<number>): Read =>
  async (seen) => {
    const reader = stream.getReader();
    for (let item = await reader.read(); !item.done; item = await reader.read()) {
      if (await seen(item.value)) {
        await Promise.all([reader.cancel(), reader.cancel()]);
        return;
      }
    }
  };

const asyncIterator =
  (stream: Readable): Read =>
  async (seen) => {
    for await (const value of stream) if (await seen(value as number)) return;
  };

const listener =
  (stream: Readable): Read =>
  (seen) =>
    new Promise((resolve, reject) => {
      stream.on('data', (value: number) => {
        stream.pause();
        void seen(value).then((enough) => {
          if (enough) stream.destroy();
          else stream.resume();
        });
      });
      stream.on('error', reject).on('close', resolve);
    });
