import { interval, type Observable } from 'rxjs';
import { Relay } from '../Relay.js';

/** Looks after its queue once a second, for ever. */
export class LeavesTimer extends Relay {
  override start(source: Observable<number>): void {
    interval(1000).subscribe(() => {
      this.wake();
    });
    super.start(source);
  }
}
