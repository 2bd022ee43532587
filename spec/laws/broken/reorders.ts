import { Relay } from '../Relay.js';

/** Takes the newest record first. */
export class Reorders extends Relay {
  protected override arrive(value: number): void {
    this.queue.unshift(value);
    this.wake();
  }
}
