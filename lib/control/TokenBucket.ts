/**
 * A token bucket that is refilled when it is asked, so that no timer runs per record. Times are milliseconds of whatever
 * clock the caller reads.
 *
 *     tokens(now) = min(burst, tokens(before) + (now - before) · ratePerSecond / 1000)
 */
export class TokenBucket {
  private tokens: number;
  private at: number;

  constructor(
    readonly ratePerSecond: number,
    readonly burst: number,
    now: number,
  ) {
    this.tokens = burst;
    this.at = now;
  }

  /** Takes one token. False: there is none yet. */
  take(now: number): boolean {
    this.refill(now);
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }

  /** Whole tokens that may be taken now. */
  available(now: number): number {
    this.refill(now);
    return Math.floor(this.tokens);
  }

  /** Takes several at once; the caller has asked how many there are. */
  spend(count: number): void {
    this.tokens -= count;
  }

  /** Milliseconds until there are `count` tokens; 0 where they are there. */
  waitMs(count: number, now: number): number {
    this.refill(now);
    const missing = Math.min(count, this.burst) - this.tokens;
    return missing <= 0 ? 0 : Math.ceil((missing * 1000) / this.ratePerSecond);
  }

  /** A clock that is set back gives no tokens, and takes none. */
  private refill(now: number): void {
    if (now > this.at) this.tokens = Math.min(this.burst, this.tokens + ((now - this.at) * this.ratePerSecond) / 1000);
    this.at = now;
  }
}
