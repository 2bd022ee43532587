import type { Slot } from '../../../lib/operators/Slot.js';
import { NOTHING } from '../../../lib/operators/Work.js';
import { StageMachine } from '../../../lib/operators/StageMachine.js';
import type { Item } from '../Item.js';
import { makerOf } from './makerOf.js';

class Machine extends StageMachine<Item, Item> {
  /** Wrong: a result that comes after the link above was cut off is taken for one that nobody wants. */
  override slotDone(slot: Slot<Item, Item>): void {
    if (this.upstreamEnded && slot.state === 'done') slot.result = NOTHING;
    super.slotDone(slot);
  }
}

export const dropsOnCancel = makerOf(Machine);
