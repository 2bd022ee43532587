import type { Observable } from 'rxjs';
import * as z from 'zod/mini';
import { isFlow } from '../credit/Entrance.js';
import { Flowable } from '../credit/Flowable.js';
import { checkOptions } from '../options/checkOptions.js';
import { count, DEFAULT_CAPACITY, stageOptions, type StageOptions } from '../options/common.js';
import { BalanceMachine } from './BalanceMachine.js';
import { FanOut } from './FanOut.js';

export interface BalanceOptions extends StageOptions {
  /** How many branches must have subscribed before the source is. Later ones may join at any time. */
  readonly branches: number;
  /** Records that may wait while no branch has credit. Default 256. */
  readonly capacity?: number | undefined;
}

const SCHEMA = z.strictObject({ ...stageOptions, branches: count });

/** @internal For the test that changes every option in turn. */
export const BALANCE_OPTIONS: readonly string[] = Object.keys(SCHEMA.def.shape);

/**
 * Gives each record to one branch that has credit, in turn. Each subscription of the flow it returns is a branch. While
 * all are ready their counts differ by at most one; while one is stalled the others take all.
 *
 * The source is subscribed once, when `branches` branches are there, and released when the last has left; who subscribes
 * after its end begins it anew. What the stage below a branch holds is that branch's own. When a branch leaves, the
 * records that its first stage has not begun go to the others, in their order and before what has come since.
 *
 * - **Emits** each record to the next branch in turn that has credit.
 * - **Back-pressures** when `capacity` records wait and no branch has credit.
 * - **Completes** all branches when the source has completed and every record is given away. An error waits likewise.
 * - **Cancels** the source when the last branch has left, at once.
 *
 * @throws SluiceError OPTION where an option is unknown or makes no sense
 *
 * @example
 * const jobs = balance(fromPull(files), { branches: 2 });
 * merge(jobs.pipe(stage(send, { name: 'first' })), jobs.pipe(stage(send, { name: 'second' }))).subscribe();
 */
export function balance<T>(source: Observable<T>, options: BalanceOptions): Flowable<T>;
export function balance(options: BalanceOptions): <T>(source: Observable<T>) => Flowable<T>;
export function balance<T>(first: Observable<T> | BalanceOptions, second?: BalanceOptions): unknown {
  if (!isFlow(first)) return operator(checked(first));
  return operator(checked(second))(first as Observable<T>);
}

function checked(options: unknown): BalanceOptions {
  return checkOptions('balance', SCHEMA, BALANCE_OPTIONS, options);
}

function operator(options: BalanceOptions): <T>(source: Observable<T>) => Flowable<T> {
  const { name = 'balance', capacity = DEFAULT_CAPACITY } = options;
  const settings = { ...options, name, capacity };
  return <T>(source: Observable<T>) => {
    const fanOut = new FanOut<T>(
      source,
      options.branches,
      (first, detached) => new BalanceMachine<T>(first, settings, detached),
    );
    return new Flowable<T>(fanOut.subscribe);
  };
}
