import * as z from 'zod/mini';
import { SluiceError } from '../credit/SluiceError.js';
import { fn } from '../options/common.js';
import type { RecordContext } from '../records/RecordContext.js';

/**
 * In which order results leave: as the records came; as the work ends; or record after record within each key or
 * partition, and as the work ends among them.
 */
export type Order<T> = 'input' | 'none' | 'perKey' | 'perPartition' | { readonly perKey: (value: T) => unknown };

export type LaneOrder<T> = Exclude<Order<T>, 'input' | 'none'>;

export const orderOption = z.optional(
  z.union(
    [
      z.enum(['input', 'none', 'perKey', 'perPartition']),
      z.strictObject({ perKey: fn<(value: never) => unknown>('give a function') }),
    ],
    `give 'input', 'none', 'perKey', 'perPartition' or { perKey: (value) => key }`,
  ),
);

/** Whether records wait for one another within a key or a partition. */
export function hasLanes<T>(order: Order<T>): order is LaneOrder<T> {
  return order !== 'input' && order !== 'none';
}

/** Whether the lane is in the record's context, so that there must be one. */
export function readsContext<T>(order: Order<T>): boolean {
  return order === 'perKey' || order === 'perPartition';
}

/**
 * What a record's lane is called.
 *
 * @throws SluiceError KEY where it cannot be told
 */
export function laneOf<T>(stage: string, order: LaneOrder<T>, value: T, record: RecordContext | null): unknown {
  if (typeof order === 'object') {
    try {
      return identityOf(order.perKey(value));
    } catch (error) {
      throw new SluiceError('KEY', `stage '${stage}': perKey threw`, { cause: error });
    }
  }
  const lane = order === 'perKey' ? record?.key : record?.partition;
  if (lane !== undefined) return identityOf(lane);
  const missing = order === 'perKey' ? 'key' : 'partition';
  throw new SluiceError(
    'KEY',
    `stage '${stage}': order is '${order}' and the record has no ${missing}; ` +
      `put keyGen above this stage, or give order { perKey: (value) => key }`,
  );
}

/** Two byte arrays of the same content are one key. A lone surrogate in front: no proper text is the same key. */
export function identityOf(key: unknown): unknown {
  return key instanceof Uint8Array ? `\ud800${key.join(' ')}` : key;
}
