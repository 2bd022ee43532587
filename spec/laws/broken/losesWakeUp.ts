import { Relay } from '../Relay.js';

/** Takes the demand it finds for all there will be in this turn: what is granted from inside next is forgotten. */
export class LosesWakeUp extends Relay {
  protected override drain(): void {
    const wanted = Math.min(this.output.balance, this.queue.length);
    for (let count = 0; count < wanted; count++) {
      this.handOn(this.queue.shift() as number);
      this.settle();
    }
    this.endIfEmpty();
  }
}
