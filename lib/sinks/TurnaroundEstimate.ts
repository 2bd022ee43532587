/** How much a new measurement counts for in the mean. */
const WEIGHT = 1 / 8;

/**
 * When a place will be free, from how long submissions take (Little's law: with all of `capacity` places taken, one
 * becomes free every mean / capacity milliseconds).
 *
 *     mean         = mean + (took - mean) / 8, beginning with the first
 *     retryAfterMs = ceil(max(mean, age of the oldest unsettled one) / capacity), at least 1
 *
 * The age is in it because what stands still measures nothing. Nothing is known before the first one has settled.
 */
export class TurnaroundEstimate {
  private mean: number | undefined = undefined;

  constructor(private readonly capacity: number) {}

  observe(tookMs: number): void {
    const took = Math.max(0, tookMs);
    this.mean = this.mean === undefined ? took : this.mean + (took - this.mean) * WEIGHT;
  }

  retryAfterMs(oldestAgeMs: number): number | undefined {
    if (this.mean === undefined) return undefined;
    return Math.max(1, Math.ceil(Math.max(this.mean, oldestAgeMs) / this.capacity));
  }
}
