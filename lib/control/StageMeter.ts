import { LatencySketch, type LatencyQuantiles } from './LatencySketch.js';

/**
 * What a stage has measured lately: how long its work took, and how much of it failed. Both decay, so that a failure of
 * ten minutes ago says nothing about now. Made only where somebody observes (C13).
 *
 * Work that ends at once is timed now and then only: two looks at a clock cost more than most of it. What was not timed
 * is made up for when the meter is read: it is taken to have succeeded in the time that was last measured.
 *
 *     weight of a sample = 2 ^ (-age / halfLifeMs)
 */
export class StageMeter {
  private weight = 0;
  private failures = 0;
  /** Something has failed since this was last set to false. */
  hasFailed = false;
  private time = 0;
  private at: number;
  /** Successes that are accounted for: timed, or made up for. */
  private successes = 0;
  private lastLatencyMs = 0;
  /** How the latencies are spread, while somebody wants to know. */
  private sketch: LatencySketch | null = null;

  constructor(
    private readonly now: () => number,
    private readonly halfLifeMs = 5000,
  ) {
    this.at = now();
  }

  /** One piece of work has ended, after so many milliseconds. */
  observe(latencyMs: number, failed: boolean, now = this.now()): void {
    this.decay(now);
    this.weight += 1;
    this.time += latencyMs;
    this.sketch?.add(latencyMs, now);
    if (failed) {
      this.failures += 1;
      this.hasFailed = true;
    } else {
      this.successes++;
      this.lastLatencyMs = latencyMs;
    }
  }

  /** A piece of work has failed that was not timed. */
  failed(): void {
    this.observe(this.lastLatencyMs, true);
  }

  /** So many records have been worked on with success by now, timed or not. */
  makeUpFor(successes: number): void {
    const untimed = successes - this.successes;
    if (untimed <= 0) return;
    this.decay();
    this.successes = successes;
    this.weight += untimed;
    this.time += untimed * this.lastLatencyMs;
    if (this.lastLatencyMs > 0) this.sketch?.add(this.lastLatencyMs, this.at, untimed);
  }

  /** From now on it is kept how the latencies are spread, or no longer. */
  keepSpread(isWanted: boolean): void {
    if (!isWanted) this.sketch = null;
    else this.sketch ??= new LatencySketch(this.now(), this.halfLifeMs);
  }

  /** Null where nothing was measured lately, or the spread is not kept. */
  get quantiles(): LatencyQuantiles | null {
    return this.sketch?.quantiles(this.now()) ?? null;
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

  private decay(now = this.now()): void {
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
