import { Relay } from '../Relay.js';

/** Hands every fifth record on again if more is wanted. */
export class DoublesRecord extends Relay {
  protected override handOn(value: number): void {
    super.handOn(value);
    if (value % 5 === 0 && this.wanted()) super.handOn(value);
  }
}
