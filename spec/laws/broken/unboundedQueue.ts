import { Relay } from '../Relay.js';

/** Gives a credit back when its record has arrived, not when it is done with: the queue has no end. */
export class UnboundedQueue extends Relay {
  protected override arrive(value: number): void {
    super.arrive(value);
    this.credit.next(1);
  }

  protected override settle(): void {
    // The credit is back already.
  }
}
