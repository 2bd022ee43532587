import type { CreditAccount } from '../credit/CreditAccount.js';
import { current, deliverer } from '../credit/delivery.js';
import type { DeliveredRecord } from '../credit/protocol.js';
import type { RecordContext } from '../records/RecordContext.js';

/**
 * The context of the record that is arriving, with a reference for the arrival; null where nobody asks. What is pushed in
 * at a later time belongs to `scope`, the record inside whose delivery the stage was subscribed.
 */
export function takeOver(account: CreditAccount, value: unknown, scope: DeliveredRecord | null) {
  const { witness } = account;
  if (witness === null) return null;
  const record = (current.record ?? scope) as RecordContext | null;
  if (record?.witness === witness) {
    account.hold(record);
    return record;
  }
  return witness.open(value, null, deliverer()) as RecordContext;
}
