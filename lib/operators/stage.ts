import type { Observable, ObservedValueOf, OperatorFunction } from 'rxjs';
import * as z from 'zod/mini';
import { Flowable } from '../credit/Flowable.js';
import { checkOptions, show } from '../options/checkOptions.js';
import { count, DEFAULT_CAPACITY, fn, stageOptions, type StageOptions } from '../options/common.js';
import { SluiceError } from '../credit/SluiceError.js';
import { failureOptions, type FailureOptions } from './failureOptions.js';
import { hasLanes, orderOption, type Order } from './order.js';
import { OVERFLOWS, type Overflow } from './overflow.js';
import { StageMachine, type Project, type ProjectSettings } from './StageMachine.js';
import type { StageInfo } from './StageInfo.js';

export interface StageProjectOptions<T> extends StageOptions, FailureOptions {
  /** Records in work at the same time, finished results that wait for credit included. Default 1. */
  readonly concurrency?: number | undefined;
  /**
   * In which order results leave. `'input'` (default): as the records came. `'none'`: as the work ends.
   * `'perKey'` and `'perPartition'`: records of one key or partition, as keyGen above has given them, one after the
   * other and in order, different ones as the work ends. `{ perKey: fn }`: the same by the key that the function gives.
   * A record without a key or partition fails with KEY and says that keyGen is missing.
   */
  readonly order?: Order<T> | undefined;
  /** What happens to a record that is pushed in by a source that cannot stop, and finds no place. Default `'error'`. */
  readonly overflow?: Overflow | undefined;
  /** How many records too many an expansion in the link may bring. Default the larger of capacity and 10,000. */
  readonly overdraft?: number | undefined;
}

const PROJECT_SCHEMA = fn<Project<never, unknown>>('give a function (value, { record, index, signal }) => result');

const SCHEMA = z.strictObject({
  ...stageOptions,
  concurrency: z.optional(count),
  order: orderOption,
  ...failureOptions,
  overflow: z.optional(z.enum(OVERFLOWS, `give one of ${OVERFLOWS.join(', ')}`)),
  overdraft: z.optional(count),
});

/** @internal For the test that changes every option in turn. */
export const STAGE_OPTIONS: readonly string[] = Object.keys(SCHEMA.def.shape);

/**
 * One result for each record, with a bounded number in work and a bounded inbox: what `mergeMap(project, 20)` is
 * without its unbounded queue. `project` returns a value, a promise or an Observable, of which the last value counts;
 * an Observable without a value drops its record (outcome filtered).
 *
 * - **Emits** when a result is there, in the order of `order`, and the stage below has credit.
 * - **Back-pressures** when inbox and work together hold `capacity` records.
 * - **Completes** when the source has completed and the last result is handed on.
 * - **Cancels** work (signal, inner subscription), inbox and source at once when unsubscribed.
 *
 * @throws SluiceError OPTION where an option is unknown or makes no sense
 *
 * @example
 * fromPull(rows).pipe(
 *   filter((row) => row.amount > 0),
 *   stage(async (row, { signal }) => save(row, signal), { concurrency: 20, order: 'none' }),
 * ).subscribe();
 */
export function stage<T, R>(
  project: (value: T, info: StageInfo) => R,
  options: StageProjectOptions<T> = {},
): OperatorFunction<T, R extends Observable<unknown> ? ObservedValueOf<R> : Awaited<R>> {
  type Result = R extends Observable<unknown> ? ObservedValueOf<R> : Awaited<R>;
  const settings = settle(project, options);
  return (source) =>
    new Flowable<Result>((output) => {
      new StageMachine<T, Result>(output, project as unknown as Project<T, Result>, settings).start(source);
    });
}

function settle<T>(project: unknown, options: StageProjectOptions<T>): ProjectSettings<T> {
  if (!PROJECT_SCHEMA.safeParse(project).success) {
    throw new SluiceError('OPTION', `stage: project is ${show(project)}; give a function (value) => result`);
  }
  checkOptions('stage', SCHEMA, STAGE_OPTIONS, options);
  const { concurrency = 1, order = 'input', overflow = 'error', onFailure = 'error' } = options;
  if (hasLanes(order) && (overflow === 'dropOldest' || overflow === 'latest')) {
    const lanes = order === 'perPartition' ? order : 'perKey';
    throw new SluiceError(
      'OPTION',
      `stage: option overflow is '${overflow}' and order is ${lanes}, whose records have no common queue to drop from; ` +
        `give overflow 'dropNewest' or 'reject'`,
    );
  }
  return {
    ...options,
    capacity: options.capacity ?? Math.max(DEFAULT_CAPACITY, concurrency),
    concurrency,
    order,
    onFailure,
    onDeadLetter: options.onDeadLetter,
    overflow,
    overdraft: options.overdraft,
  };
}
