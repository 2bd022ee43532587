import type { OperatorFunction } from 'rxjs';
import * as z from 'zod/mini';
import { Flowable } from '../credit/Flowable.js';
import { checkOptions } from '../options/checkOptions.js';
import { count, DEFAULT_CAPACITY, milliseconds, stageOptions, type StageOptions } from '../options/common.js';
import { BatchMachine } from './BatchMachine.js';

export interface BatchOptions extends StageOptions {
  /** The most records in a batch. */
  readonly maxSize: number;
  /** How long the first record of a batch waits for others, in milliseconds. Off by default: it waits for maxSize. */
  readonly maxWaitMs?: number | undefined;
}

const SCHEMA = z.strictObject({ ...stageOptions, maxSize: count, maxWaitMs: z.optional(milliseconds) });

/** @internal For the test that changes every option in turn. */
export const BATCH_OPTIONS: readonly string[] = Object.keys(SCHEMA.def.shape);

/**
 * Gathers records into arrays. What becomes of an array becomes of all its members. The inbox holds at least `maxSize`
 * records, whatever `capacity` (256) says.
 *
 * - **Emits** an array when maxSize records are there, maxWaitMs have passed since its first one, or the source has
 *   ended, and the stage below has credit: a timer may close a batch, only credit may emit it.
 * - **Back-pressures** when `capacity` records wait.
 * - **Completes** when the source has completed and the last, perhaps smaller, array is handed on.
 * - **Cancels** the timer, the inbox and the source at once.
 *
 * @throws SluiceError OPTION where an option is unknown or makes no sense
 *
 * @example
 * fromPull(rows).pipe(batch({ maxSize: 500, maxWaitMs: 100 }), stage(insertMany)).subscribe();
 */
export function batch<T>(options: BatchOptions): OperatorFunction<T, T[]> {
  const { maxSize, maxWaitMs } = checkOptions('batch', SCHEMA, BATCH_OPTIONS, options);
  const capacity = Math.max(options.capacity ?? DEFAULT_CAPACITY, maxSize);
  return (source) =>
    new Flowable<T[]>((output) => {
      new BatchMachine<T>(output, { ...options, capacity, maxSize, maxWaitMs }).start(source);
    });
}
