import { Relay } from '../Relay.js';

/** Hands on all it has as soon as anything is wanted: it looks at the balance once, not before each record. */
export class EmitsWithoutCredit extends Relay {
  protected override drain(): void {
    if (this.wanted()) while (this.queue.length > 0) this.handOnAndSettle();
    this.endIfEmpty();
  }

  private handOnAndSettle(): void {
    this.handOn(this.queue.shift() as number);
    this.settle();
  }
}
