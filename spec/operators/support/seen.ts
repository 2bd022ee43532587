import type { Observable, Subscription } from 'rxjs';

export interface Seen {
  /** The values, then '|' or { error }. */
  readonly seen: unknown[];
  readonly running: Subscription;
}

/** Subscribes as a plain subscriber does, with unbounded demand. */
export function see(flow: Observable<unknown>): Seen {
  const seen: unknown[] = [];
  const running = flow.subscribe({
    next: (value) => seen.push(value),
    error: (error: unknown) => seen.push({ error }),
    complete: () => seen.push('|'),
  });
  return { seen, running };
}

export const numbers = (length: number): number[] => Array.from({ length }, (_, n) => n);
