import type { SchedulerLike, Subscription } from 'rxjs';
import { TokenBucket } from '../control/TokenBucket.js';
import type { CreditAccount } from '../credit/CreditAccount.js';

/**
 * Slows the return of credit, which is the only thing that pressure ever slows: demand, never data. Two reasons, one
 * timer: a fixed rate (`creditReplenishRate`), and a delay that a controller asks for. The delay is waived when nothing
 * waits in the inbox, so that it never costs a stage its work; the rate is not.
 */
export class GrantPacer {
  private readonly bucket: TokenBucket | null;
  private timer: Subscription | null = null;

  constructor(
    private readonly account: CreditAccount,
    private readonly grant: (count: number) => void,
    private readonly scheduler: SchedulerLike,
    ratePerSecond: number | undefined,
    /** Milliseconds by which grants are delayed now. */
    private readonly delayMs: () => number,
  ) {
    this.bucket =
      ratePerSecond === undefined
        ? null
        : new TokenBucket(ratePerSecond, Math.max(1, ratePerSecond / 100), scheduler.now());
  }

  /** Grants what is owed, now or later. `urgent`: the stage would stand idle. */
  replenish(urgent: boolean): void {
    const delay = urgent ? 0 : this.delayMs();
    if (delay > 0) this.later(delay);
    else this.grantNow();
  }

  stop(): void {
    this.timer?.unsubscribe();
    this.timer = null;
  }

  private grantNow(): void {
    const { owed } = this.account;
    if (owed < 1) return;
    if (this.bucket === null) {
      this.stop();
      this.grant(owed);
      return;
    }
    const now = this.scheduler.now();
    const count = Math.min(owed, this.bucket.available(now));
    if (count < owed) this.later(this.bucket.waitMs(count + 1, now));
    if (count < 1) return;
    this.bucket.spend(count);
    this.grant(count);
  }

  private later(delay: number): void {
    this.timer ??= this.scheduler.schedule(() => {
      this.timer = null;
      this.grantNow();
    }, delay);
  }
}
