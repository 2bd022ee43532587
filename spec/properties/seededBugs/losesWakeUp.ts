import { StageMachine } from '../../../lib/operators/StageMachine.js';
import type { Item } from '../Item.js';
import { makerOf } from './makerOf.js';

class Machine extends StageMachine<Item, Item> {
  /** Wrong: with nothing waiting to begin it looks no further, although a result may wait to be handed on. */
  protected override drain(): void {
    if (this.waiting > 0 || this.upstreamEnded) super.drain();
  }
}

export const losesWakeUp = makerOf(Machine);
