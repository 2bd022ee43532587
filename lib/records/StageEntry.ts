import type { CreditAccount } from '../credit/CreditAccount.js';
import type { SluiceError } from '../credit/SluiceError.js';
import type { RecordContext } from './RecordContext.js';

/** One stage in the books: its account, and what it did not pass on. */
export interface StageEntry {
  readonly name: string;
  readonly account: CreditAccount;
  /** Records that were settled in this stage: failed, or dropped at its entrance. */
  readonly settledHere: number;
  /** No more pushes are taken in; where nothing but pushes feeds the stage, its source has completed. */
  stopPushes(): void;
  /**
   * Nobody wants this record any more: whatever the stage holds of it is cancelled with the code of `reason`, and the
   * work on it is told to stop. Called only between deliveries, never inside a callback of the stage's.
   */
  forgo(record: RecordContext, reason: SluiceError): void;
}
