/**
 * What became of a record. There is no sixth. Where several descendants of one record end differently the worst one
 * counts, and this is the order, the best first.
 */
export const OUTCOMES = ['filtered', 'delivered', 'rejected', 'deadLettered', 'cancelled'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export const FILTERED = 0;
export const DELIVERED = 1;
export const REJECTED = 2;
export const DEAD_LETTERED = 3;
export const CANCELLED = 4;

/** An outcome's place in the order. Numbers, because they are compared for every record. */
export type OutcomeRank = 0 | 1 | 2 | 3 | 4;

/** Whether a source may commit a record with this outcome: yes, unless it was cancelled. */
export function mayCommit(outcome: Outcome): boolean {
  return outcome !== 'cancelled';
}
