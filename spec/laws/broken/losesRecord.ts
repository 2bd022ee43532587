import { Relay } from '../Relay.js';

/** Drops every seventh record when others wait. */
export class LosesRecord extends Relay {
  protected override arrive(value: number): void {
    if (value % 7 === 0 && this.queue.length > 0) this.settle();
    else super.arrive(value);
  }
}
