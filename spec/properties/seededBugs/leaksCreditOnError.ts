import type { SluiceCode } from '../../../lib/credit/SluiceError.js';
import { StageMachine } from '../../../lib/operators/StageMachine.js';
import type { RecordContext } from '../../../lib/records/RecordContext.js';
import type { Item } from '../Item.js';
import { makerOf } from './makerOf.js';

class Machine extends StageMachine<Item, Item> {
  /** Wrong: the place of a record that failed is not given back. */
  protected override settleHere(record: RecordContext | null, rank: 2 | 3 | 4, code: SluiceCode): void {
    super.settleHere(record, rank, code);
    this.account.settled--;
  }
}

export const leaksCreditOnError = makerOf(Machine);
