import { hashKey } from '../control/hashKey.js';
import { SluiceError } from '../credit/SluiceError.js';
import { show } from '../options/checkOptions.js';
import type { RecordContext } from '../records/RecordContext.js';

/**
 * A number that is the same for all records of a key: the hash of the key, or the partition that keyGen gave.
 *
 * @throws SluiceError KEY where it cannot be told
 */
export function laneNumber<T>(
  stage: string,
  keySelector: ((value: T) => unknown) | undefined,
  value: T,
  record: RecordContext | null,
): number {
  if (keySelector !== undefined) return hashOf(stage, keySelector, value);
  if (record?.partition !== undefined) return record.partition;
  throw new SluiceError(
    'KEY',
    `stage '${stage}': the record has no partition; put keyGen above this stage, or give keySelector: (value) => key`,
  );
}

function hashOf<T>(stage: string, keySelector: (value: T) => unknown, value: T): number {
  let key;
  try {
    key = keySelector(value);
  } catch (error) {
    throw new SluiceError('KEY', `stage '${stage}': keySelector threw`, { cause: error });
  }
  const hash = hashKey(key);
  if (hash !== undefined) return hash;
  throw new SluiceError(
    'KEY',
    `stage '${stage}': keySelector returned ${show(key)}; return a string, a number, a bigint, a boolean or a Uint8Array`,
  );
}
