import type { Readable } from 'node:stream';
import { isObservable, type Observable } from 'rxjs';
import * as z from 'zod/mini';
import { SluiceError } from '../credit/SluiceError.js';
import { checkOptions, show } from '../options/checkOptions.js';
import { highWaterMark as highWaterMarkSchema } from '../options/common.js';
import { FlowReadable } from './FlowReadable.js';

export interface ToReadableOptions {
  /**
   * Records that may wait in the stream to be read, a whole number from 0 on. Default 16. With `objectMode: false` it
   * counts bytes, the default is 16,384, and the last record may go past it.
   */
  readonly highWaterMark?: number | undefined;
  /** True (default): records are any values but null. False: they are strings or bytes, as in a file or a socket. */
  readonly objectMode?: boolean | undefined;
}

const SCHEMA = z.strictObject({
  highWaterMark: z.optional(highWaterMarkSchema),
  objectMode: z.optional(z.boolean('give true or false')),
});

/** @internal For the test that changes every option in turn. */
export const TO_READABLE_OPTIONS: readonly string[] = Object.keys(SCHEMA.def.shape);

/**
 * Turns a flow into a Node Readable that reads from it as much as it has room for. With `pipeline` of
 * `node:stream/promises` it goes into any Writable, and the Writable's demand reaches the source. The flow is subscribed
 * when somebody reads for the first time, once.
 *
 * - **Emits** each record into the stream's buffer, from which it is read.
 * - **Back-pressures** the flow while the buffer is full: what is in it and what is granted are together never more than
 *   `highWaterMark`, or one where that is 0; bytes are asked for one record at a time. A source that cannot stop
 *   destroys the stream with OVERFLOW.
 * - **Completes** when the flow does, behind the records in the buffer. An error of the flow waits behind them too,
 *   though a destroyed stream by itself would drop them; only a fault of the protocol destroys it at once.
 * - **Cancels** the flow, once, when the stream is destroyed. What a teardown throws is the stream's error.
 *
 * A record that is null, or with `objectMode: false` neither string nor bytes, destroys the stream with INVALID, behind
 * the records before it. Empty strings and empty buffers are left out of a stream of bytes.
 *
 * @throws SluiceError OPTION where `flow` is no Observable, or an option is unknown or makes no sense
 *
 * @example
 * await pipeline(toReadable(lines, { objectMode: false }), createGzip(), createWriteStream('lines.gz'));
 */
export function toReadable(flow: Observable<unknown>, options: ToReadableOptions = {}): Readable {
  if (!isObservable(flow)) throw new SluiceError('OPTION', `toReadable: flow is ${show(flow)}; give an Observable`);
  checkOptions('toReadable', SCHEMA, TO_READABLE_OPTIONS, options);
  const { objectMode = true, highWaterMark = objectMode ? 16 : 16_384 } = options;
  return new FlowReadable(flow, { objectMode, highWaterMark });
}
