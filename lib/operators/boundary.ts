import type { OperatorFunction } from 'rxjs';
import * as z from 'zod/mini';
import { Flowable } from '../credit/Flowable.js';
import { SluiceError } from '../credit/SluiceError.js';
import { checkOptions, show } from '../options/checkOptions.js';
import { count, DEFAULT_CAPACITY, name, scheduler } from '../options/common.js';
import type { SchedulerLike } from 'rxjs';
import { BoundaryMachine } from './BoundaryMachine.js';

export interface BoundaryOptions {
  /** Records that may be inside the operator, waiting before it or waiting after it, together. Default 256. */
  readonly inFlight?: number | undefined;
  /** True for operators that lose records by design, such as debounceTime and sampleTime. Default false. */
  readonly lossy?: boolean | undefined;
  /** The name in errors, ledger and pictures. Default `'boundary'`. */
  readonly name?: string | undefined;
  /** Where a yield of this stage's output comes from. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
}

const SCHEMA = z.strictObject({
  inFlight: z.optional(count),
  lossy: z.optional(z.boolean('give true or false')),
  name: z.optional(name),
  scheduler: z.optional(scheduler),
});

/** @internal For the test that changes every option in turn. */
export const BOUNDARY_OPTIONS: readonly string[] = Object.keys(SCHEMA.def.shape);

/**
 * Puts an asynchronous RxJS operator between two stages without losing the bound: at most `inFlight` records are
 * inside. The operator must hand on one value for each record and in their order, as delay and observeOn do. Work that
 * finishes in another order belongs into `stage(project, { concurrency })`, gathering by time into `batch`.
 *
 * With `lossy: true` the operator may drop what it likes: it is fed as fast as the source gives, its results are held,
 * and the record that went in last counts as the one that came out; the others are filtered.
 *
 * - **Emits** what the operator emits, when the stage below has credit.
 * - **Back-pressures** when `inFlight` records are inside; lossy: when `inFlight` results wait.
 * - **Completes** when the operator has completed and its last result is handed on.
 * - **Cancels** the operator and the source at once.
 *
 * @throws SluiceError OPTION where an option is unknown or makes no sense
 *
 * @example
 * fromPull(rows).pipe(boundary(delay(100), { inFlight: 16 }), stage(save)).subscribe();
 * fromPull(ticks).pipe(boundary(sampleTime(1000), { lossy: true }), stage(draw)).subscribe();
 */
export function boundary<T, R>(
  operator: OperatorFunction<T, R>,
  options: BoundaryOptions = {},
): OperatorFunction<T, R> {
  if (typeof operator !== 'function') {
    throw new SluiceError(
      'OPTION',
      `boundary: operator is ${show(operator)}; give an RxJS operator, such as delay(100)`,
    );
  }
  checkOptions('boundary', SCHEMA, BOUNDARY_OPTIONS, options);
  const { inFlight: capacity = DEFAULT_CAPACITY, lossy = false, ...rest } = options;
  return (source) =>
    new Flowable<R>((output) => {
      new BoundaryMachine<T, R>(output, operator, { ...rest, capacity, lossy }).start(source);
    });
}
