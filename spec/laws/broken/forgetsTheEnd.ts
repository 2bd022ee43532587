import { Relay } from '../Relay.js';

/** Does not hear an end that comes while it hands on a record. */
export class ForgetsTheEnd extends Relay {
  private handingOn = false;

  protected override handOn(value: number): void {
    this.handingOn = true;
    super.handOn(value);
    this.handingOn = false;
  }

  protected override end(ending: () => void): void {
    if (!this.handingOn) super.end(ending);
  }
}
