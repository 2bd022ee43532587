import type { Observable, OperatorFunction } from 'rxjs';
import * as z from 'zod/mini';
import { Flowable } from '../credit/Flowable.js';
import { SluiceError } from '../credit/SluiceError.js';
import { checkOptions, show } from '../options/checkOptions.js';
import { count, fn, stageOptions, type StageOptions } from '../options/common.js';
import { failureOptions, type FailureOptions } from './failureOptions.js';
import { PartitionMachine } from './PartitionMachine.js';

export interface PartitionByOptions<T> extends StageOptions, FailureOptions {
  /** How many lanes there are. They do not change, whatever keys come. */
  readonly lanes: number;
  /** The key of a record: hash(key) mod lanes is its lane. Default: the partition that keyGen gave, mod lanes. */
  readonly keySelector?: ((value: T) => unknown) | undefined;
  /** Records that one lane lets wait before its first stage. Default 16. */
  readonly laneCapacity?: number | undefined;
  /** Records that wait in all lanes together, and at the head for a full one. Default lanes · laneCapacity. */
  readonly capacity?: number | undefined;
}

const SCHEMA = z.strictObject({
  ...stageOptions,
  lanes: count,
  keySelector: z.optional(fn<(value: never) => unknown>('give a function (value) => key')),
  laneCapacity: z.optional(count),
  ...failureOptions,
});

/** @internal For the test that changes every option in turn. */
export const PARTITION_BY_OPTIONS: readonly string[] = Object.keys(SCHEMA.def.shape);

const DEFAULT_LANE_CAPACITY = 16;

/**
 * Divides a flow into a fixed number of lanes by key, gives each lane a pipeline of its own, and makes one flow of their
 * results again: what `groupBy` is used for, with bounds. All records of a key are in one lane and keep their order
 * there. The function is called once for each lane, before the first record; the stages in it grant credit to their own
 * lane alone. The hash is that of keyGen. Without `keySelector` a record's lane is its partition.
 *
 * A lane that ends by itself, as with `take`, takes no more: what comes for it is filtered. `retry` in a lane subscribes
 * it again, and it goes on with what waits. A lane can have one subscriber at a time.
 *
 * - **Emits** what the lanes emit, in turns, when the stage below has credit.
 * - **Back-pressures** when the next record belongs to a lane in which `laneCapacity` records wait, or `capacity`
 *   records wait in all: a slow lane holds nobody up before its queue is full.
 * - **Completes** when the source has completed and every lane has, or when all lanes have ended by themselves. A lane
 *   that fails fails the whole at once.
 * - **Cancels** the lanes and what is in them, the inbox and the source at once.
 *
 * A key selector that throws, or returns what is no key, fails the stream with KEY; with `onFailure: 'deadLetter'` it
 * makes a dead letter.
 *
 * @throws SluiceError OPTION where an option is unknown or makes no sense
 *
 * @example
 * fromPull(orders).pipe(
 *   partitionBy({ lanes: 64, keySelector: (order) => order.customer }, (lane) => lane.pipe(stage(charge))),
 *   stage(save),
 * ).subscribe();
 */
export function partitionBy<T, R>(
  options: PartitionByOptions<T>,
  project: (lane: Flowable<T>, index: number) => Observable<R>,
): OperatorFunction<T, R> {
  checkOptions('partitionBy', SCHEMA, PARTITION_BY_OPTIONS, options);
  if (typeof project !== 'function') {
    throw new SluiceError(
      'OPTION',
      `partitionBy: project is ${show(project)}; give a function, as in (lane) => lane.pipe(stage(work))`,
    );
  }
  const { lanes, keySelector, laneCapacity = DEFAULT_LANE_CAPACITY, onFailure = 'error', onDeadLetter } = options;
  const { capacity = lanes * laneCapacity } = options;
  return (source) =>
    new Flowable<R>((output) => {
      const settings = { ...options, lanes, keySelector, laneCapacity, capacity, onFailure, onDeadLetter };
      new PartitionMachine<T, R>(output, project, settings).start(source);
    });
}
