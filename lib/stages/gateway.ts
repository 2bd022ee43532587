import type { MonoTypeOperatorFunction } from 'rxjs';
import * as z from 'zod/mini';
import { ConcurrencyLimit } from '../control/ConcurrencyLimit.js';
import type { Starvation } from '../control/stageEvent.js';
import { Flowable } from '../credit/Flowable.js';
import { OVERFLOWS, type Overflow } from '../operators/overflow.js';
import { checkOptions } from '../options/checkOptions.js';
import {
  count,
  DEFAULT_CAPACITY,
  fn,
  milliseconds,
  readyStageOptions,
  type ReadyStageOptions,
} from '../options/common.js';
import type { RecordContext } from '../records/RecordContext.js';
import { GatewayMachine } from './GatewayMachine.js';

export interface GatewayOptions extends ReadyStageOptions {
  /** Records per second that may pass, on average. Off by default. */
  readonly maxRequestsPerSecond?: number | undefined;
  /** Records that may pass at once after a quiet time. Default a tenth of `maxRequestsPerSecond`, at least 1. */
  readonly burst?: number | undefined;
  /** Records of the whole pipeline that may be unsettled, or a `sharedLimit` of several pipelines. Off by default. */
  readonly maxConcurrentRequests?: number | ConcurrencyLimit | undefined;
  /** A record that takes longer from here to its settlement, in milliseconds, counts as slow. Off by default. */
  readonly slowProcessingThresholdMs?: number | undefined;
  /** Called with each slow record. What it throws is thrown where the record settled. */
  readonly onSlow?: ((record: RecordContext, tookMs: number) => void) | undefined;
  /**
   * Called once at subscribe, where `maxConcurrentRequests` keeps a stage below from its concurrency or from a whole
   * batch; a controller logs it besides. What it throws fails the stream.
   */
  readonly onStarved?: ((starved: readonly Starvation[]) => void) | undefined;
  /** Fill of the inbox, 0 to 1, from which grants are delayed, up to 100 ms at 1. Off by default. */
  readonly earlyThrottleAt?: number | undefined;
  /** What happens to a push that finds the inbox full. Default `'error'`. */
  readonly overflow?: Overflow | undefined;
}

const share = 'give a share between 0 and 1, such as 0.7';

const SCHEMA = z.strictObject({
  ...readyStageOptions,
  maxRequestsPerSecond: z.optional(
    z
      .number('give a number of records per second, more than 0')
      .check(
        z.gt(0, 'give a number of records per second, more than 0'),
        z.maximum(1_000_000_000, 'give at most 1,000,000,000, or leave it out for no limit'),
      ),
  ),
  burst: z.optional(count),
  maxConcurrentRequests: z.optional(
    z.union([count, z.instanceof(ConcurrencyLimit)], 'give a whole number of at least 1, or a sharedLimit'),
  ),
  slowProcessingThresholdMs: z.optional(milliseconds),
  onSlow: z.optional(fn<(record: RecordContext, tookMs: number) => void>('give a function (record, tookMs) => void')),
  onStarved: z.optional(fn<(starved: readonly Starvation[]) => void>('give a function (starved) => void')),
  earlyThrottleAt: z.optional(z.number(share).check(z.minimum(0, share), z.lt(1, share))),
  overflow: z.optional(z.enum(OVERFLOWS, `give one of ${OVERFLOWS.join(', ')}`)),
});

/** @internal For the test that changes every option in turn. */
export const GATEWAY_OPTIONS: readonly string[] = Object.keys(SCHEMA.def.shape);

/**
 * The entrance of a pipeline: how many records may pass in a second, and how many may be on their way at the same time,
 * from here to wherever they settle. A limit that is not given is off.
 *
 * A push that is refused has the outcome rejected with the code SHED, and `retryAfterMs` in its context: the time until
 * there is a token for it. The tokens are `min(burst, tokens + elapsed · maxRequestsPerSecond / 1000)`; no timer runs
 * per record.
 *
 * Where `maxConcurrentRequests` is less than the concurrency of a stage below, or than a whole batch there, that stage can
 * never do what its options say: `onStarved` and the log of the controller tell so once, at subscribe.
 *
 * - **Emits** when there is a token, a place among the unsettled records, and credit below.
 * - **Back-pressures** when `capacity` records wait.
 * - **Completes** when the source has completed and the inbox is empty.
 * - **Cancels** the timer, the inbox and the source at once.
 *
 * @throws SluiceError OPTION where an option is unknown or makes no sense
 *
 * @example
 * fromPull(orders).pipe(gateway({ maxRequestsPerSecond: 5000, maxConcurrentRequests: 400 }), stage(charge)).subscribe();
 */
export function gateway<T>(options: GatewayOptions = {}): MonoTypeOperatorFunction<T> {
  checkOptions('gateway', SCHEMA, GATEWAY_OPTIONS, options);
  const { maxConcurrentRequests: most } = options;
  return (source) =>
    new Flowable<T>((output) => {
      const limit = typeof most === 'number' ? new ConcurrencyLimit(most) : (most ?? null);
      const settings = {
        ...options,
        capacity: options.capacity ?? DEFAULT_CAPACITY,
        maxRequestsPerSecond: options.maxRequestsPerSecond,
        burst: options.burst,
        limit,
        slowProcessingThresholdMs: options.slowProcessingThresholdMs,
        earlyThrottleAt: options.earlyThrottleAt,
        overflow: options.overflow ?? 'error',
        onSlow: options.onSlow,
        onStarved: options.onStarved,
      };
      new GatewayMachine<T>(output, settings).start(source);
    });
}
