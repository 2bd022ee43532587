import { Readable } from 'node:stream';
import type { Observable } from 'rxjs';
import { SluiceError } from '../credit/SluiceError.js';
import { show } from '../options/checkOptions.js';
import { StreamFeed, type FedStream } from '../sinks/StreamFeed.js';

export interface FlowReadableSettings {
  readonly objectMode: boolean;
  readonly highWaterMark: number;
}

/** A Readable that asks a flow for what it has room for. */
export class FlowReadable<T> extends Readable implements FedStream<T> {
  private readonly feed: StreamFeed<T>;

  constructor(flow: Observable<T>, settings: FlowReadableSettings) {
    super(settings);
    this.feed = new StreamFeed('toReadable', settings.highWaterMark, flow, this);
  }

  /** How many bytes a record has is known when it is here: bytes are asked for one record at a time. */
  override _read(): void {
    const { readableObjectMode, readableHighWaterMark, readableLength } = this;
    this.feed.want(readableObjectMode ? Math.max(1, readableHighWaterMark - readableLength) : 1);
  }

  override read(size?: number): unknown {
    const chunk: unknown = super.read(size);
    this.feed.read();
    return chunk;
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    try {
      this.feed.release();
    } catch (teardownError) {
      done(error ?? (teardownError as Error));
      return;
    }
    done(error);
  }

  get drained(): boolean {
    return this.readableLength === 0;
  }

  give(value: T): void {
    if (this.readableObjectMode ? value === null : !isChunk(value)) this.feed.refuse(notAChunk(value));
    // Node forgets to ask again after a chunk that is empty.
    else if (!this.readableObjectMode && (value as string | Uint8Array).length === 0) this.feed.want(1);
    else this.push(value);
  }

  end(): void {
    this.push(null);
  }

  /** A stream that is destroyed with nothing for an error is closed without one, and nobody would know. */
  fail(error: unknown): void {
    const failure = error ? error : new SluiceError('STREAM_FAILED', `toReadable: the flow failed with ${show(error)}`);
    this.destroy(failure as Error);
  }
}

function isChunk(value: unknown): value is string | Uint8Array {
  return typeof value === 'string' || value instanceof Uint8Array;
}

function notAChunk(value: unknown): SluiceError {
  return new SluiceError(
    'INVALID',
    value === null
      ? `toReadable: a record is null, which is the end of a Node stream; map it to another value, or filter it out`
      : `toReadable: a record is ${show(value)}; with objectMode: false give strings, Buffers or Uint8Arrays`,
  );
}
