import type { MonoTypeOperatorFunction } from 'rxjs';
import * as z from 'zod/mini';
import { Flowable } from '../credit/Flowable.js';
import { SluiceError } from '../credit/SluiceError.js';
import type { Acknowledgment, Destination } from '../destinations/Destination.js';
import { deadLetterOptions, type DeadLetterOptions } from '../operators/failureOptions.js';
import { checkOptions } from '../options/checkOptions.js';
import {
  count,
  DEFAULT_CAPACITY,
  fn,
  milliseconds,
  readyStageOptions,
  type ReadyStageOptions,
} from '../options/common.js';
import { FinalSinkMachine, type FinalSinkSettings } from './FinalSinkMachine.js';
import type { Stray } from './PendingAcknowledgments.js';

export interface FinalSinkOptions<T> extends ReadyStageOptions, DeadLetterOptions {
  /** Where the records go: `callbackDestination(fn)`, `databaseDestination({ … })`, or an object of your own. */
  readonly destination: Destination<T>;
  /** True (default): a record is done when the destination has acknowledged it. False: when `write` was called. */
  readonly requireAcknowledgment?: boolean | undefined;
  /** Acknowledgments that are waited for at the same time. Default 1000. */
  readonly maxPendingAcknowledgments?: number | undefined;
  /** How long an acknowledgment may take, in milliseconds from the call of `write`. Off by default. */
  readonly acknowledgmentTimeoutMs?: number | undefined;
  /**
   * How often a record is written until it is given up: after a refusal or a timeout, at once and in front of what is
   * new. Default 1: nothing is written twice unless you say so, because a write that timed out may have been done.
   */
  readonly attempts?: number | undefined;
  /** Records of one call of `write`. Default: each record by itself. */
  readonly batch?: FinalSinkBatch | undefined;
  /**
   * Called with each acknowledgment that answers nothing that is waited for: `'late'` after its timeout, `'double'`, or
   * `'unknown'`. What it throws fails the stream.
   */
  readonly onStrayAcknowledgment?: ((stray: Stray, acknowledgment: Acknowledgment) => void) | undefined;
}

export interface FinalSinkBatch {
  /** The most records in one call of `write`; not more than `maxPendingAcknowledgments`. */
  readonly maxSize: number;
  /** How long the first record of a batch waits for others, in milliseconds. Off by default: it waits for maxSize. */
  readonly maxWaitMs?: number | undefined;
}

const MOST_PENDING = 1000;

const SCHEMA = z.strictObject({
  ...readyStageOptions,
  destination: z.custom<Destination<never>>(
    isDestination,
    'give an object with name and write(records, context), such as callbackDestination((value) => …)',
  ),
  requireAcknowledgment: z.optional(z.boolean('give true or false')),
  maxPendingAcknowledgments: z.optional(count),
  acknowledgmentTimeoutMs: z.optional(milliseconds),
  attempts: z.optional(count),
  batch: z.optional(
    z.strictObject({ maxSize: count, maxWaitMs: z.optional(milliseconds) }, 'give { maxSize, maxWaitMs }'),
  ),
  ...deadLetterOptions,
  onStrayAcknowledgment: z.optional(
    fn<(stray: Stray, acknowledgment: Acknowledgment) => void>('give a function (stray, acknowledgment) => void'),
  ),
});

/** @internal For the test that changes every option in turn. */
export const FINAL_SINK_OPTIONS: readonly string[] = Object.keys(SCHEMA.def.shape);

/**
 * The end of a pipeline: writes each record to a destination and hands it on when the destination has acknowledged it,
 * in the order of the acknowledgments. A record that is refused (NACK) or not acknowledged in time (ACK_TIMEOUT) is
 * written again up to `attempts` times, and then is a dead letter; one bad record of a batch blames only itself.
 *
 * The destination is opened at subscription, and closed once, at the end or when unsubscribed. One that cannot be
 * opened fails the stream with DESTINATION. An acknowledgment that comes late counts: where the record waits for
 * another attempt, it is done. Without `acknowledgmentTimeoutMs` a record that is never acknowledged keeps its place for
 * ever. With `requireAcknowledgment: false` nothing bounds what the destination has in hand, only a `write` that throws
 * fails a record, and the limits for acknowledgments have no effect.
 *
 * - **Emits** each record when it is acknowledged (else when it was written), and the stage below has credit.
 * - **Back-pressures** when `capacity` records are held: waiting, pending, or acknowledged and not handed on. By default
 *   that is the larger of 256 and `maxPendingAcknowledgments`, so that the latter can be reached.
 * - **Completes** when the source has completed, the last record is handed on or given up, and the destination is closed.
 * - **Cancels** the timers, the signals of the writes, the inbox and the source at once, and closes the destination.
 *
 * A batch is written when it has `maxSize` records, when its first one has waited `maxWaitMs`, when all records that a
 * gateway above lets on their way are here, or at the end.
 *
 * @throws SluiceError OPTION where an option is unknown or makes no sense
 *
 * @example
 * fromPull(orders).pipe(
 *   finalSink({
 *     destination: databaseDestination({ client: pool, table: 'orders', key: ['id'] }),
 *     batch: { maxSize: 500, maxWaitMs: 50 },
 *     acknowledgmentTimeoutMs: 10_000,
 *   }),
 * );
 */
export function finalSink<T>(options: FinalSinkOptions<T>): MonoTypeOperatorFunction<T> {
  const settings = settle(options);
  return (source) =>
    new Flowable<T>((output) => {
      new FinalSinkMachine<T>(output, settings).start(source);
    });
}

function settle<T>(options: FinalSinkOptions<T>): FinalSinkSettings<T> {
  checkOptions('finalSink', SCHEMA, FINAL_SINK_OPTIONS, options);
  const { requireAcknowledgment = true, maxPendingAcknowledgments = MOST_PENDING, batch } = options;
  const maxSize = batch?.maxSize ?? 1;
  if (maxSize > maxPendingAcknowledgments) {
    throw new SluiceError(
      'OPTION',
      `finalSink: option batch.maxSize is ${String(maxSize)} and maxPendingAcknowledgments ` +
        `${String(maxPendingAcknowledgments)}, so that no batch could be written; give a smaller batch, or allow more`,
    );
  }
  return {
    ...options,
    capacity: Math.max(maxSize, options.capacity ?? Math.max(DEFAULT_CAPACITY, maxPendingAcknowledgments)),
    requireAcknowledgment,
    maxPendingAcknowledgments,
    acknowledgmentTimeoutMs: options.acknowledgmentTimeoutMs,
    attempts: options.attempts ?? 1,
    maxSize,
    maxWaitMs: batch?.maxWaitMs,
    onDeadLetter: options.onDeadLetter,
    onStrayAcknowledgment: options.onStrayAcknowledgment,
  };
}

function isDestination(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { name, write, open, close } = value as Partial<Record<keyof Destination<never>, unknown>>;
  const isOptional = (method: unknown): boolean => method === undefined || typeof method === 'function';
  return typeof name === 'string' && typeof write === 'function' && isOptional(open) && isOptional(close);
}
