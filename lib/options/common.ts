import * as z from 'zod/mini';
import { asyncScheduler, type SchedulerLike } from 'rxjs';
import type { StageObserver } from '../control/observedStage.js';

/** The largest number of records that any one option may ask for: past it a number is a mistake, not a wish. */
const MOST = 1_000_000_000;

/** A count of records: a whole number from 1 on. */
export const count = z
  .int('give a whole number of at least 1')
  .check(
    z.minimum(1, 'give a whole number of at least 1'),
    z.maximum(MOST, `give a whole number of at most ${MOST.toLocaleString('en')}`),
  );

/** How much may wait in a stream: a whole number from 0 on. */
export const highWaterMark = z
  .int('give a whole number of at least 0')
  .check(
    z.minimum(0, 'give a whole number of at least 0'),
    z.maximum(MOST, `give a whole number of at most ${MOST.toLocaleString('en')}`),
  );

/** A span of time in milliseconds; a fraction is allowed, longer than a timer can wait is not. */
export const milliseconds = z
  .number('give a number of milliseconds, at least 0')
  .check(
    z.minimum(0, 'give a number of milliseconds, at least 0'),
    z.maximum(2_147_483_647, 'give at most 2147483647 milliseconds, which is the longest a timer can wait'),
  );

export const name = z.string('give a name, a string').check(z.minLength(1, 'give a name of at least one character'));

export function fn<F>(remedy: string): z.ZodMiniCustom<F, F> {
  return z.custom<F>((value) => typeof value === 'function', remedy);
}

export const scheduler = z.custom<SchedulerLike>(
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Partial<SchedulerLike>).schedule === 'function' &&
    typeof (value as Partial<SchedulerLike>).now === 'function',
  'give an RxJS scheduler, such as asyncScheduler',
);

/** The options that every stage takes. */
export const stageOptions = {
  name: z.optional(name),
  capacity: z.optional(count),
  scheduler: z.optional(scheduler),
};

export interface StageOptions {
  /** The name in errors, ledger and pictures. Default: the operator's own. */
  readonly name?: string | undefined;
  /** Records that the inbox and the work hold together, which is the credit that the stage grants. Default 256. */
  readonly capacity?: number | undefined;
  /** Where timers and the time come from. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
}

export const DEFAULT_CAPACITY = 256;
export const DEFAULT_SCHEDULER = asyncScheduler;

const controller = z.custom<StageObserver>(
  (value) => typeof (value as Partial<StageObserver> | null)?.enrol === 'function',
  'give a PipelineBackPressureController',
);

/** The options that the five ready stages take beside those of every stage. */
export const readyStageOptions = {
  ...stageOptions,
  controller: z.optional(controller),
  creditReplenishRate: z.optional(
    z
      .number('give a number of credits per second, more than 0')
      .check(
        z.gt(0, 'give a number of credits per second, more than 0'),
        z.maximum(MOST, `give a number of at most ${MOST.toLocaleString('en')}`),
      ),
  ),
};

export interface ReadyStageOptions extends StageOptions {
  /** The controller that observes this stage, in place of the one at the end of the pipeline. */
  readonly controller?: StageObserver | undefined;
  /** Credits per second that are handed back at most. Off by default. */
  readonly creditReplenishRate?: number | undefined;
}
