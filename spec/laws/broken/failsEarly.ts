import { Relay } from '../Relay.js';

/** Passes an error on at once, past the records that wait. */
export class FailsEarly extends Relay {
  protected override fail(error: unknown): void {
    this.output.error(error);
  }
}
