/**
 * What happens to a record that is pushed into a full stage (C8). `'error'`, the default, fails the stream.
 *
 * - `'dropOldest'` drops what has waited longest and takes the newcomer.
 * - `'dropNewest'` and `'reject'` refuse the newcomer; `'reject'` is for callers who are told so.
 * - `'latest'` drops all that waits and keeps the newcomer only.
 *
 * What is already in work is never dropped. A dropped record has the outcome rejected.
 */
export type Overflow = 'error' | 'dropOldest' | 'dropNewest' | 'latest' | 'reject';

export const OVERFLOWS = [
  'error',
  'dropOldest',
  'dropNewest',
  'latest',
  'reject',
] as const satisfies readonly Overflow[];

/** How many of the oldest waiting records make room. */
export function refuse(overflow: Overflow, waiting: number): number {
  if (overflow === 'dropOldest') return Math.min(1, waiting);
  return overflow === 'latest' ? waiting : 0;
}
