/** A count with separators: 12,345. */
export function count(n: number): string {
  return Math.round(n).toLocaleString('en');
}

/** A rate, with a digit behind the point where it is small. */
export function rate(perSecond: number): string {
  if (perSecond >= 9.95) return count(perSecond);
  return perSecond > 0.05 ? perSecond.toFixed(1) : '0';
}

export function percent(share: number): string {
  return `${String(Math.round(share * 100))} %`;
}

/** Milliseconds, in three digits at most. */
export function milliseconds(ms: number): string {
  if (ms < 9.95) return ms < 0.005 ? '0' : String(Number(ms.toPrecision(2)));
  return count(ms);
}

/** A span of time in words: 3.2 s, 4 min 12 s, 2 h 5 min. */
export function span(ms: number): string {
  if (ms < 60_000) return `${(Math.max(0, ms) / 1000).toFixed(1)} s`;
  const seconds = Math.floor(ms / 1000);
  if (seconds < 3600) return `${String(Math.floor(seconds / 60))} min ${String(seconds % 60)} s`;
  return `${String(Math.floor(seconds / 3600))} h ${String(Math.floor((seconds % 3600) / 60))} min`;
}

/** A span of time where there is little room: 3.2 s, 12 s, 4 min, 2 h. */
export function shortSpan(ms: number): string {
  if (ms < 9_950) return span(ms);
  if (ms < 60_000) return `${String(Math.floor(ms / 1000))} s`;
  return ms < 3_600_000 ? `${String(Math.floor(ms / 60_000))} min` : `${String(Math.floor(ms / 3_600_000))} h`;
}

/** How long ago, without a digit that would change at every look. */
export function ago(ms: number): string {
  return ms < 1000 ? 'now' : `${span(Math.floor(ms / 1000) * 1000).replace('.0', '')} ago`;
}

/** `a`, `a and b`, `a, b and c`. */
export function list(names: readonly string[]): string {
  const last = names.at(-1);
  return names.length < 2 ? (last ?? '') : `${names.slice(0, -1).join(', ')} and ${last ?? ''}`;
}
