import { Relay } from '../Relay.js';

/** Never unsubscribes from its source. */
export class KeepsSource extends Relay {
  protected override hold(): void {
    // Nobody holds it.
  }
}
