import type { Observable } from 'rxjs';
import * as z from 'zod/mini';
import { isFlow } from '../credit/Entrance.js';
import { checkOptions } from '../options/checkOptions.js';
import { count, DEFAULT_CAPACITY, stageOptions, type StageOptions } from '../options/common.js';
import { BroadcastFlowable } from './BroadcastFlowable.js';
import { BroadcastMachine } from './BroadcastMachine.js';
import { FanOut } from './FanOut.js';

export interface BroadcastOptions extends StageOptions {
  /** How many branches must have subscribed before the source is. Later ones may join at any time. */
  readonly branches: number;
  /** By how many records the fastest branch may be ahead of the slowest. Default 256. */
  readonly capacity?: number | undefined;
}

const SCHEMA = z.strictObject({ ...stageOptions, branches: count });

/** @internal For the test that changes every option in turn. */
export const BROADCAST_OPTIONS: readonly string[] = Object.keys(SCHEMA.def.shape);

/**
 * Gives every record to every branch, and keeps the credit that `share` cuts. Each subscription of what it returns is a
 * branch with a credit of its own; `branch(options)` makes one that has a queue of its own, and may drop.
 *
 * The source is subscribed once, when `branches` branches are there, and released when the last has left; who subscribes
 * after its end begins it anew. A branch that joins later is given what comes from then on. A branch that leaves cancels
 * its copies, and the records settle on the others.
 *
 * - **Emits** each record to a branch when that branch has credit, in the order of the source.
 * - **Back-pressures** when the slowest branch is `capacity` records behind.
 * - **Completes** each branch when the source has completed and the branch has been given all. An error waits likewise.
 * - **Cancels** the source when the last branch has left, at once.
 *
 * @throws SluiceError OPTION where an option is unknown or makes no sense
 *
 * @example
 * const shared = broadcast(fromPull(rows), { branches: 2 });
 * const report = await run(merge(shared.pipe(stage(save)), shared.pipe(filter(isPaid), stage(ship))));
 */
export function broadcast<T>(source: Observable<T>, options: BroadcastOptions): BroadcastFlowable<T>;
export function broadcast(options: BroadcastOptions): <T>(source: Observable<T>) => BroadcastFlowable<T>;
export function broadcast<T>(first: Observable<T> | BroadcastOptions, second?: BroadcastOptions): unknown {
  if (!isFlow(first)) return operator(checked(first));
  return operator(checked(second))(first as Observable<T>);
}

function checked(options: unknown): BroadcastOptions {
  return checkOptions('broadcast', SCHEMA, BROADCAST_OPTIONS, options);
}

function operator(options: BroadcastOptions): <T>(source: Observable<T>) => BroadcastFlowable<T> {
  const { name = 'broadcast', capacity = DEFAULT_CAPACITY } = options;
  const settings = { ...options, name, capacity };
  return <T>(source: Observable<T>) =>
    new BroadcastFlowable<T>(
      new FanOut(source, options.branches, (first, detached) => new BroadcastMachine<T>(first, settings, detached)),
    );
}
