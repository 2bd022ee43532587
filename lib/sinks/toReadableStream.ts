import { isObservable, type Observable } from 'rxjs';
import * as z from 'zod/mini';
import { SluiceError } from '../credit/SluiceError.js';
import { checkOptions, show } from '../options/checkOptions.js';
import { highWaterMark as highWaterMarkSchema } from '../options/common.js';
import { StreamFeed, type FedStream } from './StreamFeed.js';

export interface ToReadableStreamOptions {
  /**
   * Values that may wait in the stream to be read, a whole number from 0 on. Default 16. With 0 nothing is asked for
   * until somebody reads.
   */
  readonly highWaterMark?: number | undefined;
}

const SCHEMA = z.strictObject({ highWaterMark: z.optional(highWaterMarkSchema) });

/** @internal For the test that changes every option in turn. */
export const TO_READABLE_STREAM_OPTIONS: readonly string[] = Object.keys(SCHEMA.def.shape);

/**
 * Turns a flow into a Web ReadableStream, whose `desiredSize` is the credit: it can be piped, teed, transferred, or be
 * the body of a `Response`. The flow is subscribed when the stream wants its first value, which with a `highWaterMark`
 * of at least 1 is at once; it is subscribed once.
 *
 * - **Emits** each value into the stream's queue, where a read takes it, and hands it to a read that waits.
 * - **Back-pressures** the flow while the stream wants nothing: what is in its queue and what is granted are together
 *   never more than `highWaterMark`, or one where a read waits. A source that cannot stop fails the stream with OVERFLOW.
 * - **Completes** when the flow does, behind the values in the queue. An error of the flow waits behind them too, though
 *   a stream by itself would drop them; only a fault of the protocol fails it at once.
 * - **Cancels** the flow, once, when the stream is cancelled. What a teardown throws rejects that `cancel()`.
 *
 * @throws SluiceError OPTION where `flow` is no Observable, or an option is unknown or makes no sense
 *
 * @example
 * const lines = fromPull(rows).pipe(stage(enrich), map((row) => `${JSON.stringify(row)}\n`));
 * const response = new Response(toReadableStream(lines).pipeThrough(new TextEncoderStream()));
 */
export function toReadableStream<T>(flow: Observable<T>, options: ToReadableStreamOptions = {}): ReadableStream<T> {
  if (!isObservable(flow))
    throw new SluiceError('OPTION', `toReadableStream: flow is ${show(flow)}; give an Observable`);
  const { highWaterMark = 16 } = checkOptions('toReadableStream', SCHEMA, TO_READABLE_STREAM_OPTIONS, options);
  return new ReadableStream(new FlowStream(flow, highWaterMark), { highWaterMark });
}

class FlowStream<T> implements UnderlyingDefaultSource<T>, FedStream<T> {
  private readonly feed: StreamFeed<T>;
  private controller!: ReadableStreamDefaultController<T>;

  constructor(
    flow: Observable<T>,
    private readonly highWaterMark: number,
  ) {
    this.feed = new StreamFeed('toReadableStream', highWaterMark, flow, this);
  }

  start(controller: ReadableStreamDefaultController<T>): void {
    this.controller = controller;
  }

  /** Asked whenever the queue has room or a read waits, after each read and each value. */
  pull({ desiredSize }: ReadableStreamDefaultController<T>): void {
    this.feed.read();
    this.feed.want(Math.max(1, desiredSize ?? 0));
  }

  cancel(): void {
    this.feed.release();
  }

  get drained(): boolean {
    return this.controller.desiredSize === this.highWaterMark;
  }

  give(value: T): void {
    this.controller.enqueue(value);
  }

  end(): void {
    this.controller.close();
  }

  fail(error: unknown): void {
    this.controller.error(error);
  }
}
