/**
 * What a stage has measured lately: how long its work took, and how much of it failed. Both decay, so that a failure of
 * ten minutes ago says nothing about now. Made only where somebody observes (C13).
 *
 *     weight of a sample = 2 ^ (-age / halfLifeMs)
 */
export class StageMeter {
  private weight = 0;
  private failures = 0;
  private time = 0;
  private at: number;

  constructor(
    private readonly now: () => number,
    private readonly halfLifeMs = 5000,
  ) {
    this.at = now();
  }

  /** One piece of work has ended, after so many milliseconds. */
  observe(latencyMs: number, failed: boolean): void {
    this.decay();
    this.weight += 1;
    this.time += latencyMs;
    if (failed) this.failures += 1;
  }

  /** Mean milliseconds of work; 0 where there was none lately. */
  get latencyMs(): number {
    this.decay();
    return this.weight < NEGLIGIBLE ? 0 : this.time / this.weight;
  }

  /** Failed share of the work, 0..1; 0 where there was none lately. */
  get errorShare(): number {
    this.decay();
    return this.weight < NEGLIGIBLE ? 0 : this.failures / this.weight;
  }

  private decay(): void {
    const now = this.now();
    if (now <= this.at) return;
    const factor = 2 ** ((this.at - now) / this.halfLifeMs);
    this.at = now;
    this.weight *= factor;
    this.failures *= factor;
    this.time *= factor;
  }
}

/** Below this much of one sample, what is left says nothing. */
const NEGLIGIBLE = 0.01;
