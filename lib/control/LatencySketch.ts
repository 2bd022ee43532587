/** Latencies that half, 95 % and 99 % of the work stayed within, in milliseconds. */
export interface LatencyQuantiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/**
 * How latencies are spread, in buckets that each reach 8 % further than the one before, so that a quantile is at most 4 %
 * off. Older latencies weigh less:
 *
 *     weight of a latency = 2 ^ (-age / halfLifeMs)
 *
 * It is the new ones that are made heavier instead, and now and then all are scaled down. Memory and time per latency are
 * constant: some 2 KB, one addition.
 */
export class LatencySketch {
  private readonly weights = new Float64Array(BUCKETS);
  /** When a latency weighs 1. */
  private base: number;
  private at: number;
  private weightNow = 1;
  private lastMs = 0;
  private lastBucket = 0;
  /** How many there were of the last one at this moment; not in the buckets yet. */
  private same = 0;

  constructor(
    now: number,
    private readonly halfLifeMs: number,
  ) {
    this.base = now;
    this.at = now;
  }

  /** So many pieces of work took so long. */
  add(latencyMs: number, now: number, count = 1): void {
    // Many have the same one: a clock counts whole milliseconds.
    if (latencyMs !== this.lastMs || now > this.at) {
      this.putDown();
      this.weigh(now);
      this.lastMs = latencyMs;
      this.lastBucket = bucketOf(latencyMs);
    }
    this.same += count;
  }

  /** Null where next to nothing was measured lately. */
  quantiles(now: number): LatencyQuantiles | null {
    this.putDown();
    const total = this.weights.reduce((sum, weight) => sum + weight, 0);
    if (total < this.weigh(now) * NEGLIGIBLE) return null;
    return { p50: this.within(total * 0.5), p95: this.within(total * 0.95), p99: this.within(total * 0.99) };
  }

  private putDown(): void {
    this.weights[this.lastBucket]! += this.weightNow * this.same;
    this.same = 0;
  }

  /** The latency that work of this weight stayed within. */
  private within(weight: number): number {
    let sum = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      sum += this.weights[bucket]!;
      // Sums of many weights are a little off.
      if (sum >= weight * (1 - 1e-9)) return middleOf(bucket);
    }
    return middleOf(BUCKETS - 1);
  }

  private weigh(now: number): number {
    if (now <= this.at) return this.weightNow;
    this.at = now;
    const age = (now - this.base) / this.halfLifeMs;
    this.weightNow = 2 ** age;
    if (age > SCALE_AFTER_HALF_LIVES) this.scaleDown(now);
    return this.weightNow;
  }

  private scaleDown(now: number): void {
    const factor = 1 / this.weightNow;
    for (let bucket = 0; bucket < BUCKETS; bucket++) this.weights[bucket]! *= factor;
    this.base = now;
    this.weightNow = 1;
  }
}

/** What the first bucket reaches to, in milliseconds; what is below counts as nothing. */
const LEAST_MS = 0.01;
const GROWTH = 1.08;
const LOG_GROWTH = Math.log(GROWTH);
/** Enough for four hours. */
const BUCKETS = 1 + Math.ceil(Math.log((4 * 3_600_000) / LEAST_MS) / LOG_GROWTH);
/** Below this much of one latency, what is left says nothing. */
const NEGLIGIBLE = 0.01;
const SCALE_AFTER_HALF_LIVES = 64;

function bucketOf(latencyMs: number): number {
  if (!(latencyMs > LEAST_MS)) return 0;
  return Math.min(BUCKETS - 1, Math.ceil(Math.log(latencyMs / LEAST_MS) / LOG_GROWTH));
}

function middleOf(bucket: number): number {
  return bucket === 0 ? 0 : LEAST_MS * GROWTH ** (bucket - 0.5);
}
