/** What the service does with one request. */
export interface Behaviour {
  readonly latencyMs: number;
  /** `'unavailable'` is a 503. */
  readonly answer: 'result' | 'unavailable' | 'never';
}

const LATENCY_MS = 8;
const JITTER_MS = 14;
const SLOW_LATENCY_MS = 120;
const SLOW_SHARE = 0.02;
const HANG_SHARE = 0.2;

/** How many records fail so many times before they succeed: a second run of three attempts may help the ones with 4. */
const UNLUCKY = [
  { share: 0.001, failures: Infinity },
  { share: 0.004, failures: 4 },
  { share: 0.01, failures: 2 },
  { share: 0.03, failures: 1 },
];

/**
 * Latency, jitter, slow answers, 503s and hangs, all of which depend on the record and the attempt and not on chance: a
 * run can be repeated, and a test knows what must come out.
 */
export function behaviourOf(seed: number, line: number, attempt: number): Behaviour {
  const latency = LATENCY_MS + JITTER_MS * share(seed, line, attempt, 1);
  if (attempt <= failuresOf(seed, line)) {
    const hangs = share(seed, line, attempt, 2) < HANG_SHARE;
    return { latencyMs: latency, answer: hangs ? 'never' : 'unavailable' };
  }
  const isSlow = share(seed, line, attempt, 3) < SLOW_SHARE;
  return { latencyMs: isSlow ? latency + SLOW_LATENCY_MS : latency, answer: 'result' };
}

function failuresOf(seed: number, line: number): number {
  const luck = share(seed, line, 0, 0);
  let bound = 0;
  return UNLUCKY.find(({ share }) => luck < (bound += share))?.failures ?? 0;
}

/** A number from 0 to 1 that looks like chance and is always the same for the same numbers. */
function share(...numbers: number[]): number {
  let hash = 0x811c9dc5;
  for (const number of numbers) {
    hash = Math.imul(hash ^ number, 0x01000193);
    hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
    hash ^= hash >>> 13;
  }
  return (hash >>> 0) / 2 ** 32;
}
