import { Relay } from '../Relay.js';

/** Every third record fails and is dropped, and its credit with it. */
export class LeaksCreditOnFailure extends Relay {
  protected override arrive(value: number): void {
    if (value % 3 !== 0) super.arrive(value);
  }
}
