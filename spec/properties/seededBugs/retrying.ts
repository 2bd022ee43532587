import type { Inbox } from '../../../lib/credit/Inbox.js';
import type { Slot } from '../../../lib/operators/Slot.js';
import { isWork } from '../../../lib/operators/Work.js';
import { StageMachine, type Project } from '../../../lib/operators/StageMachine.js';
import type { Item } from '../Item.js';
import { makerOf } from './makerOf.js';

interface Inside {
  readonly project: Project<Item, Item>;
  readonly window: Inbox<Slot<Item, Item>>;
}

/** A stage that tries work a second time. The record keeps its place in the order while it does. */
class Retrying extends StageMachine<Item, Item> {
  private readonly tried = new Set<Item>();

  override slotDone(slot: Slot<Item, Item>): void {
    const item = slot.value as Item;
    if (slot.state !== 'failed' || this.over || this.tried.has(item)) {
      super.slotDone(slot);
      return;
    }
    this.tried.add(item);
    this.beforeSecondTry(slot);
    const result = (this as unknown as Inside).project(item, slot.info!);
    slot.follow(isWork(result) ? result : Promise.resolve(result));
  }

  protected beforeSecondTry(slot: Slot<Item, Item>): void {
    void slot;
  }
}

class Reordering extends Retrying {
  /** Wrong: what is tried again goes to the back of the queue. */
  protected override beforeSecondTry(slot: Slot<Item, Item>): void {
    const { window } = this as unknown as Inside;
    for (let left = window.size; left > 0; left--) {
      const next = window.shift()!;
      if (next !== slot) window.push(next);
    }
    window.push(slot);
  }
}

export const retriesInPlace = makerOf(Retrying, true);
export const reordersAfterRetry = makerOf(Reordering, true);
