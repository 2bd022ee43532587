import type { Writable } from 'node:stream';
import * as z from 'zod/mini';
import { SluiceError } from '../credit/SluiceError.js';
import type { Destination } from '../destinations/Destination.js';
import { checkOptions, show } from '../options/checkOptions.js';
import { name } from '../options/common.js';
import { WritableSession } from './WritableSession.js';

export interface WritableDestinationOptions {
  /**
   * True (default): the Writable is the pipeline's own. It is ended when the stream has completed, which waits for its
   * 'finish', and destroyed when the stream fails or is cancelled, so that half a file or half a response does not look
   * like a whole one. False: it is left open, as for `process.stdout`.
   */
  readonly end?: boolean | undefined;
  /** The name in errors and pictures. Default `'writable'`. */
  readonly name?: string | undefined;
}

const SCHEMA = z.strictObject({ end: z.optional(z.boolean('give true or false')), name: z.optional(name) });

/** @internal For the test that changes every option in turn. */
export const WRITABLE_DESTINATION_OPTIONS: readonly string[] = Object.keys(SCHEMA.def.shape);

/**
 * A Node Writable as a destination of `finalSink`: a record is acknowledged when the Writable says that it has written
 * it, and not when it lies in its buffer. While that buffer is full (`writableNeedDrain`) nothing is written: the
 * records wait in the sink, whose `maxPendingAcknowledgments` bounds them, and their credit is not given back.
 *
 * A record that the Writable does not take (null, or an object where it wants bytes) is refused, and only that one.
 * A Writable that fails or is closed by somebody else (a full disk, a client that went away) fails the pipeline with
 * DESTINATION at once, because it does not recover: the source stops, and what the Writable has not confirmed is
 * cancelled. So does one that cannot be written to when the pipeline starts.
 *
 * A Writable serves one pipeline once. Give a function that makes one, so that retry and repeat can start again.
 *
 * @throws SluiceError OPTION where `writable` is neither, or an option is unknown or makes no sense
 *
 * @example
 * finalSink({ destination: writableDestination(() => createWriteStream('out.csv')) })
 * finalSink({ destination: writableDestination(process.stdout, { end: false }) })
 */
export function writableDestination<T = string | Uint8Array>(
  writable: Writable | (() => Writable),
  options: WritableDestinationOptions = {},
): Destination<T> {
  if (!isWritable(writable) && typeof writable !== 'function') {
    throw new SluiceError(
      'OPTION',
      `writableDestination: writable is ${show(writable)}; give a Node Writable, or a function that makes one`,
    );
  }
  checkOptions('writableDestination', SCHEMA, WRITABLE_DESTINATION_OPTIONS, options);
  const { end = true, name: given = 'writable' } = options;
  let session: WritableSession | null = null;
  return {
    name: given,
    open({ fail }) {
      if (session !== null) {
        throw refusal('it is written to by another pipeline; give each pipeline a destination of its own');
      }
      const opened = typeof writable === 'function' ? writable() : writable;
      if (!isWritable(opened)) throw refusal(`the function made ${show(opened)}; return a Node Writable`);
      refuseUnwritable(opened);
      session = new WritableSession(opened, end, fail);
    },
    write(requests, context) {
      session?.write(requests, context);
    },
    close({ completed }) {
      const closing = session;
      session = null;
      if (completed) return closing?.finish();
      closing?.abandon();
      return undefined;
    },
  };
}

function refuseUnwritable(writable: Writable): void {
  if (writable.writable) return;
  if (writable.errored != null) throw writable.errored;
  const why = writable.destroyed ? 'destroyed' : writable.writableEnded ? 'ended' : 'closed to writing';
  throw refusal(
    `the Writable is ${why}; give one that is open, or a function that makes a new one for each subscription`,
  );
}

function refusal(why: string): SluiceError {
  return new SluiceError('DESTINATION', `writableDestination: ${why}`);
}

function isWritable(value: unknown): value is Writable {
  if (typeof value !== 'object' || value === null) return false;
  const { write, end, on } = value as Partial<Record<keyof Writable, unknown>>;
  return [write, end, on].every((method) => typeof method === 'function');
}
