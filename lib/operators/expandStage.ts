import type { ObservableInput, OperatorFunction } from 'rxjs';
import * as z from 'zod/mini';
import { Flowable } from '../credit/Flowable.js';
import { SluiceError } from '../credit/SluiceError.js';
import { checkOptions, show } from '../options/checkOptions.js';
import { count, DEFAULT_CAPACITY, stageOptions, type StageOptions } from '../options/common.js';
import { ExpandMachine } from './ExpandMachine.js';
import { failureOptions, type FailureOptions } from './failureOptions.js';

export interface ExpandStageOptions extends StageOptions, FailureOptions {
  /** Records whose flows are open at the same time. Default 1: one flow after the other, as concatMap does. */
  readonly concurrency?: number | undefined;
}

const SCHEMA = z.strictObject({
  ...stageOptions,
  concurrency: z.optional(count),
  ...failureOptions,
});

/** @internal For the test that changes every option in turn. */
export const EXPAND_STAGE_OPTIONS: readonly string[] = Object.keys(SCHEMA.def.shape);

/**
 * Many results for one record: `project` returns an Iterable, an AsyncIterable, a stream, a promise or an Observable,
 * and everything in it is handed on. What can be pulled is pulled as the stage below grants credit; a plain Observable
 * is buffered up to `capacity`, and past it fails with OVERFLOW.
 *
 * - **Emits** what the open flows give, while the stage below has credit. With concurrency 1 in the order of the records.
 * - **Back-pressures** when `capacity` records wait or have their flow open.
 * - **Completes** when the source and every flow have completed.
 * - **Cancels** the open flows, the inbox and the source at once.
 *
 * @throws SluiceError OPTION where an option is unknown or makes no sense
 *
 * @example
 * fromPull(files).pipe(expandStage((file) => readRows(file)), stage(save)).subscribe();
 */
export function expandStage<T, R>(
  project: (value: T, index: number) => ObservableInput<R>,
  options: ExpandStageOptions = {},
): OperatorFunction<T, R> {
  if (typeof project !== 'function') {
    throw new SluiceError('OPTION', `expandStage: project is ${show(project)}; give a function (value) => iterable`);
  }
  checkOptions('expandStage', SCHEMA, EXPAND_STAGE_OPTIONS, options);
  const { concurrency = 1, onFailure = 'error', onDeadLetter } = options;
  const capacity = options.capacity ?? Math.max(DEFAULT_CAPACITY, concurrency);
  return (source) =>
    new Flowable<R>((output) => {
      new ExpandMachine<T, R>(output, project, { ...options, capacity, concurrency, onFailure, onDeadLetter }).start(
        source,
      );
    });
}
