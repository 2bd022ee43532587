import { Relay } from '../Relay.js';

/** Hands on the next record from inside the handing on of this one, each a little deeper on the stack. */
export class RecursesPerRecord extends Relay {
  protected override drain(): void {
    const value = this.wanted() ? this.queue.shift() : undefined;
    if (value === undefined) {
      this.endIfEmpty();
      return;
    }
    this.handOn(value);
    this.settle();
    this.drain();
  }
}
