import type { Observable, ObservedValueOf, OperatorFunction } from 'rxjs';
import * as z from 'zod/mini';
import { Flowable } from '../credit/Flowable.js';
import { codeOf, SluiceError } from '../credit/SluiceError.js';
import { deadLetterOptions, type DeadLetterOptions } from '../operators/failureOptions.js';
import { orderOption, type Order } from '../operators/order.js';
import { checkOptions, show } from '../options/checkOptions.js';
import {
  count,
  DEFAULT_CAPACITY,
  fn,
  milliseconds,
  readyStageOptions,
  type ReadyStageOptions,
} from '../options/common.js';
import type { EgressInfo } from './EgressInfo.js';
import { EgressMachine } from './EgressMachine.js';
import type { EgressSettings } from './EgressSettings.js';

export interface AsyncEgressOptions<T, R> extends ReadyStageOptions, DeadLetterOptions {
  /**
   * The work on one record: `(value, { signal, attempt, record, progress }) =>` a value, a promise, or an Observable, of
   * which the last value counts. `undefined` keeps the record's value; an Observable without a value drops the record
   * (outcome filtered). The second argument is made only for a function that names it.
   */
  readonly process: (value: T, info: EgressInfo) => R;
  /** How often a record is tried, the first time included. Default 3. */
  readonly maxAttempts?: number | undefined;
  /** How long an attempt may take, in milliseconds, or may be without progress(). Off by default. */
  readonly operationTimeoutMs?: number | undefined;
  /**
   * How long a record may take from its first attempt on, delays included, in milliseconds. Off by default. It does not
   * run while the record waits in the inbox, nor while its result waits for credit.
   */
  readonly totalTimeoutMs?: number | undefined;
  /** The delay after the first failed attempt, in milliseconds; each further one is twice as long. Default 100. */
  readonly baseRetryDelayMs?: number | undefined;
  /** The longest delay, in milliseconds. Default 2000. */
  readonly maxRetryDelayMs?: number | undefined;
  /** `'full'` (default): a random share of the delay, so that what failed together is not retried together. `'none'`. */
  readonly jitter?: 'full' | 'none' | undefined;
  /**
   * Where the random numbers of `jitter` begin: a whole number. Default 1, the same in every process; give instances
   * that call the same service different ones.
   */
  readonly seed?: number | undefined;
  /** Whether an attempt that failed may be repeated. Default: unless the error is a SluiceError INVALID. */
  readonly isRetryable?: ((error: unknown, attempt: number) => boolean) | undefined;
  /**
   * Records in work at the same time, those in a retry delay and finished ones that wait for credit included.
   * Default 50.
   */
  readonly maxConcurrentOperations?: number | undefined;
  /**
   * In which order results leave. `'none'` (default): as the work ends. `'input'`: as the records came. `'perKey'` and
   * `'perPartition'`: one after the other within each key or partition that keyGen has given; `{ perKey: fn }`: within
   * each key that the function gives. A record waits until the one before it in its key is done, retries included.
   */
  readonly order?: Order<T> | undefined;
  /**
   * What happens to the later records of a key (or partition, with `'perPartition'`) when one of it was given up.
   * `'continue'` (default): they go on. `'park'`: those that wait here at that moment are given up too, in order, with
   * code PARKED and without an attempt, so that nothing overtakes the one that failed. Those that arrive later go on.
   */
  readonly onKeyFailure?: 'continue' | 'park' | undefined;
  /** `true` (default): a record that is given up is dead-lettered. `false`: it is rejected, with the same code. */
  readonly enableDeadLetterQueue?: boolean | undefined;
}

/** What leaves: what `process` gave, or the record's value where it gave nothing. */
export type EgressResult<T, R> = Kept<T, GivenBy<R>>;

type Kept<T, Given> = Exclude<Given, void> | ([Extract<Given, void>] extends [never] ? never : T);

type GivenBy<R> = R extends Observable<unknown> ? ObservedValueOf<R> : Awaited<R>;

const timeout = milliseconds.check(z.gt(0, 'give more than 0 milliseconds, or leave it out: then there is no timeout'));

const SCHEMA = z.strictObject({
  ...readyStageOptions,
  process: fn<(value: never, info: EgressInfo) => unknown>(
    'give a function (value, { signal, attempt, record, progress }) => result',
  ),
  maxAttempts: z.optional(count),
  operationTimeoutMs: z.optional(timeout),
  totalTimeoutMs: z.optional(timeout),
  baseRetryDelayMs: z.optional(milliseconds),
  maxRetryDelayMs: z.optional(milliseconds),
  jitter: z.optional(z.enum(['full', 'none'], `give 'full' or 'none'`)),
  seed: z.optional(z.int('give a whole number')),
  isRetryable: z.optional(
    fn<(error: unknown, attempt: number) => boolean>('give a function (error, attempt) => boolean'),
  ),
  maxConcurrentOperations: z.optional(count),
  order: orderOption,
  onKeyFailure: z.optional(z.enum(['continue', 'park'], `give 'continue' or 'park'`)),
  enableDeadLetterQueue: z.optional(z.boolean('give true or false')),
  ...deadLetterOptions,
});

/** @internal For the test that changes every option in turn. */
export const ASYNC_EGRESS_OPTIONS: readonly string[] = Object.keys(SCHEMA.def.shape);

/**
 * Calls a service for each record, many at a time, with deadlines and retries, and without a queue of its own: a record
 * that finds no place waits in the inbox, and then at the source.
 *
 * - **Emits** a result when the work has ended, in the order of `order`, and the stage below has credit.
 * - **Back-pressures** when inbox and work together hold `capacity` records (256, or maxConcurrentOperations if more).
 * - **Completes** when the source has completed and every record has left or been given up. Strays are not waited for.
 * - **Cancels** work (signal, inner subscription), timers, inbox and source at once when unsubscribed.
 *
 * **Attempts.** Each record has up to `maxAttempts`. An attempt fails when `process` throws, rejects or errors, or takes
 * longer than `operationTimeoutMs`. After the n-th failed attempt the record waits in its place for
 *
 *     random() · min(maxRetryDelayMs, baseRetryDelayMs · 2^(n - 1))      (without random() where jitter is 'none')
 *
 * milliseconds, or for the `retryAfterMs` of the error, if that is a longer time.
 *
 * **Deadlines.** At a timeout the attempt is given up at once, whether the service obeys its signal or not: the signal is
 * aborted, an Observable is unsubscribed, and what a promise says later is not heard. Such a promise is a stray until it
 * settles. A stray stays in the service's way though not in the record's: the next attempt or record begins all the same
 * as long as there are at most `maxConcurrentOperations` strays. While there are more nothing begins, so that never more
 * than twice `maxConcurrentOperations` operations are under way. A service that neither answers nor obeys its signal thus
 * stops the stage, and so the source: that is back pressure, and not an endless pile of calls.
 *
 * **Giving up.** A record is given up with the code
 *
 * - `TIMEOUT`: `totalTimeoutMs` is over, or the last attempt ran into its timeout
 * - `EXHAUSTED`: the last attempt failed
 * - `FAILED`, or the code of a SluiceError such as `INVALID`: isRetryable said no, or threw
 * - `KEY`: its key or partition cannot be told
 * - `PARKED`: see `onKeyFailure`
 *
 * and becomes a dead letter with all its errors (the first and the latest 99), attempts, and the time of the first and
 * of the last failure.
 *
 * @throws SluiceError OPTION where an option is unknown, missing, or makes no sense
 * @throws SluiceError NO_DEAD_LETTERS (when subscribed) where nobody keeps the dead letters: end the pipeline with `run`,
 *   or give `onDeadLetter`, or `enableDeadLetterQueue: false`
 *
 * @example
 * fromPull(orders).pipe(
 *   keyGen({ keySelector: (order) => order.customerId }),
 *   asyncEgress({
 *     process: (order, { signal }) => charge(order, signal),
 *     operationTimeoutMs: 5000,
 *     totalTimeoutMs: 20_000,
 *     order: 'perKey',
 *   }),
 * )
 */
export function asyncEgress<T, R>(options: AsyncEgressOptions<T, R>): OperatorFunction<T, EgressResult<T, R>> {
  type Result = EgressResult<T, R>;
  const settings = settle(options);
  return (source) =>
    new Flowable<Result>((output) => {
      new EgressMachine<T, Result>(output, settings).start(source);
    });
}

function settle<T, R>(options: AsyncEgressOptions<T, R>): EgressSettings<T> {
  checkOptions('asyncEgress', SCHEMA, ASYNC_EGRESS_OPTIONS, options);
  const { maxConcurrentOperations = 50, baseRetryDelayMs = 100, maxRetryDelayMs = 2000 } = options;
  const { order = 'none', onKeyFailure = 'continue', enableDeadLetterQueue = true, onDeadLetter } = options;
  if (baseRetryDelayMs > maxRetryDelayMs) {
    refuse(
      'baseRetryDelayMs',
      baseRetryDelayMs,
      `maxRetryDelayMs is ${String(maxRetryDelayMs)}`,
      'give the latter more',
    );
  }
  if (onKeyFailure === 'park' && (order === 'none' || order === 'input')) {
    refuse(
      'onKeyFailure',
      onKeyFailure,
      `order '${order}' has no keys`,
      `give order 'perKey' or { perKey: (value) => key }`,
    );
  }
  if (onDeadLetter !== undefined && !enableDeadLetterQueue) {
    refuse('enableDeadLetterQueue', enableDeadLetterQueue, 'onDeadLetter would never be called', 'give one of the two');
  }
  return {
    ...options,
    capacity: options.capacity ?? Math.max(DEFAULT_CAPACITY, maxConcurrentOperations),
    maxAttempts: options.maxAttempts ?? 3,
    operationTimeoutMs: options.operationTimeoutMs,
    totalTimeoutMs: options.totalTimeoutMs,
    baseRetryDelayMs,
    maxRetryDelayMs,
    jitter: options.jitter ?? 'full',
    seed: options.seed ?? 1,
    isRetryable: options.isRetryable ?? isNotInvalid,
    maxConcurrentOperations,
    order,
    onKeyFailure,
    enableDeadLetterQueue,
    onDeadLetter,
  };
}

function isNotInvalid(error: unknown): boolean {
  return codeOf(error) !== 'INVALID';
}

function refuse(option: string, value: unknown, conflict: string, remedy: string): never {
  throw new SluiceError('OPTION', `asyncEgress: option ${option} is ${show(value)} and ${conflict}; ${remedy}`);
}
