import type { SluiceCode } from '../credit/SluiceError.js';
import { CANCELLED } from './outcome.js';
import type { RecordContext } from './RecordContext.js';

/** A record that nobody takes any more. */
export function cancelRecord(record: RecordContext | null, code: SluiceCode = 'UNSUBSCRIBED'): void {
  if (record === null) return;
  record.note(CANCELLED, code);
  record.release();
}
