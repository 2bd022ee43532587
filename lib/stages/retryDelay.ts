export interface RetryDelays {
  readonly baseRetryDelayMs: number;
  readonly maxRetryDelayMs: number;
  readonly jitter: 'full' | 'none';
}

/** 2 to this power is the largest number there is, nearly: a further doubling would make a product with 0 NaN. */
const MOST_DOUBLINGS = 1023;

/**
 * How long to wait after the `attempt`-th attempt has failed, in milliseconds.
 *
 *     full: random() · min(maxRetryDelayMs, baseRetryDelayMs · 2^(attempt - 1))
 *     none:            min(maxRetryDelayMs, baseRetryDelayMs · 2^(attempt - 1))
 *
 * An error that says `retryAfterMs` is honoured: the delay is never less.
 */
export function retryDelay(delays: RetryDelays, attempt: number, error: unknown, random: () => number): number {
  const { baseRetryDelayMs, maxRetryDelayMs, jitter } = delays;
  const full = Math.min(maxRetryDelayMs, baseRetryDelayMs * 2 ** Math.min(attempt - 1, MOST_DOUBLINGS));
  return Math.max(jitter === 'full' ? random() * full : full, askedFor(error));
}

function askedFor(error: unknown): number {
  if (typeof error !== 'object' || error === null) return 0;
  const { retryAfterMs } = error as { retryAfterMs?: unknown };
  return typeof retryAfterMs === 'number' && retryAfterMs >= 0 && retryAfterMs < Infinity ? retryAfterMs : 0;
}

/** Numbers from 0 up to and without 1 that look random and are the same for the same seed (Mulberry32). */
export function randomFrom(seed: number): () => number {
  // The upper bits count too.
  let state = (seed + Math.imul(Math.floor(seed / 4_294_967_296), 0x9e3779b1)) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
