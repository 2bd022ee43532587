import type { Slot } from '../../../lib/operators/Slot.js';
import { StageMachine } from '../../../lib/operators/StageMachine.js';
import type { Item } from '../Item.js';
import { makerOf } from './makerOf.js';

interface Inside {
  readonly slots: readonly Slot<Item, Item>[];
}

class Machine extends StageMachine<Item, Item> {
  /** Wrong: work that is given up takes its permit with it. */
  protected override abandon(): void {
    for (const slot of (this as unknown as Inside).slots) slot.record = null;
    super.abandon();
  }
}

export const leaksPermitOnAbandon = makerOf(Machine);
