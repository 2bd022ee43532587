import { SluiceError } from '../credit/SluiceError.js';
import { show } from '../options/checkOptions.js';

/**
 * A bound on records that are unsettled at the same time. One limit may serve several pipelines: whoever finds it
 * reached is called again, in turn, when a place is free.
 */
export class ConcurrencyLimit {
  private taken = 0;
  private readonly waiting = new Set<() => void>();

  constructor(readonly most: number) {}

  get inUse(): number {
    return this.taken;
  }

  /** Takes a place. False: none is free, and `again` will be called when one is. */
  take(again: () => void): boolean {
    if (this.taken >= this.most) {
      this.waiting.add(again);
      return false;
    }
    this.taken++;
    return true;
  }

  /** Gives a place back, and calls those that wait, the longest first, while there is a place that nobody took. */
  give(): void {
    this.taken--;
    for (const next of this.waiting) {
      if (this.taken >= this.most) return;
      this.waiting.delete(next);
      next();
    }
  }

  /** No longer waits. */
  forget(again: () => void): void {
    this.waiting.delete(again);
  }
}

/**
 * One bound for the gateways of several pipelines: `gateway({ maxConcurrentRequests: sharedLimit(50) })`.
 *
 * @throws SluiceError OPTION where it is no whole number of at least 1
 */
export function sharedLimit(most: number): ConcurrencyLimit {
  if (!Number.isSafeInteger(most) || most < 1) {
    throw new SluiceError('OPTION', `sharedLimit: the limit is ${show(most)}; give a whole number of at least 1`);
  }
  return new ConcurrencyLimit(most);
}
