import type { CreditAccount } from '../credit/CreditAccount.js';

/** One stage in the books: its account, and what it did not pass on. */
export interface StageEntry {
  readonly name: string;
  readonly account: CreditAccount;
  /** Records that were settled in this stage: failed, or dropped at its entrance. */
  readonly settledHere: number;
  /** No more pushes are taken in; where nothing but pushes feeds the stage, its source has completed. */
  stopPushes(): void;
}
