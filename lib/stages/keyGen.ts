import type { MonoTypeOperatorFunction } from 'rxjs';
import * as z from 'zod/mini';
import { Flowable } from '../credit/Flowable.js';
import { SluiceError } from '../credit/SluiceError.js';
import { deadLetterOptions, type DeadLetterOptions } from '../operators/failureOptions.js';
import { checkOptions } from '../options/checkOptions.js';
import { count, fn, readyStageOptions, type ReadyStageOptions } from '../options/common.js';
import { KeyGenMachine } from './KeyGenMachine.js';

export interface KeyGenOptions<T> extends ReadyStageOptions, DeadLetterOptions {
  /** The key of a record: a string, number, bigint, boolean or Uint8Array. One that throws makes a dead letter (KEY). */
  readonly keySelector: (value: T) => unknown;
  /** Default 10. */
  readonly numberOfPartitions?: number | undefined;
  /** Groups that keys are hashed into, and that move as a whole. Default the larger of 1024 and the partitions. */
  readonly keyGroups?: number | undefined;
  /** Whether groups move from busy partitions to idle ones. Default true. */
  readonly enableLoadAwareness?: boolean | undefined;
  /** Records in flight by which two partitions may differ before a group moves. Default 16. */
  readonly loadImbalanceThreshold?: number | undefined;
}

const SCHEMA = z.strictObject({
  ...readyStageOptions,
  keySelector: fn<(value: never) => unknown>('give a function (value) => key'),
  numberOfPartitions: z.optional(count),
  keyGroups: z.optional(count),
  enableLoadAwareness: z.optional(z.boolean('give true or false')),
  loadImbalanceThreshold: z.optional(count),
  ...deadLetterOptions,
});

/** @internal For the test that changes every option in turn. */
export const KEY_GEN_OPTIONS: readonly string[] = Object.keys(SCHEMA.def.shape);

/**
 * Gives each record a key and a partition, in its context: hash(key) mod keyGroups is its group, and the group's
 * partition is its own. The hash is the same in every process, run and language. A later stage uses them
 * with `order: 'perKey'` or `'perPartition'`.
 *
 * Load awareness looks at the records in flight every 256 records (a quarter of keyGroups, if that is more) and moves a group from the busiest partition to the
 * idlest. A key with records in flight keeps its partition until they have settled, so that its order holds; the next
 * record of a heavy key (a quarter of its partition's work) waits for that, any other goes where its key is. When nothing
 * of the key has settled for a second, because a batch below waits for more, say, the record goes where the others went.
 * Memory grows with the keys in flight, not with the keys seen.
 *
 * - **Emits** at once while the stage below has credit, unless the record's key is about to move.
 * - **Back-pressures** when `capacity` records wait.
 * - **Completes** when the source has completed and the inbox is empty.
 * - **Cancels** the inbox, the timer and the source at once.
 *
 * @throws SluiceError OPTION where an option is unknown or makes no sense
 *
 * @example
 * fromPull(orders).pipe(
 *   keyGen({ keySelector: (order) => order.customer, numberOfPartitions: 64 }),
 *   asyncEgress({ process: charge, order: 'perKey' }),
 * ).subscribe();
 */
export function keyGen<T>(options: KeyGenOptions<T>): MonoTypeOperatorFunction<T> {
  checkOptions('keyGen', SCHEMA, KEY_GEN_OPTIONS, options);
  const { numberOfPartitions = 10, enableLoadAwareness = true, loadImbalanceThreshold = 16, onDeadLetter } = options;
  const { keyGroups = Math.max(1024, numberOfPartitions) } = options;
  if (keyGroups < numberOfPartitions) {
    throw new SluiceError(
      'OPTION',
      `keyGen: option keyGroups is ${String(keyGroups)}, fewer than the ${String(numberOfPartitions)} partitions, ` +
        `some of which would get nothing; give at least as many`,
    );
  }
  return (source) =>
    new Flowable<T>((output) => {
      const settings = {
        ...options,
        numberOfPartitions,
        keyGroups,
        enableLoadAwareness,
        loadImbalanceThreshold,
        onDeadLetter,
      };
      new KeyGenMachine<T>(output, settings).start(source);
    });
}
