import { describe, expect, it } from '@jest/globals';
import {
  CANCELLED,
  DEAD_LETTERED,
  DELIVERED,
  FILTERED,
  mayCommit,
  OUTCOMES,
  REJECTED,
} from '../../lib/records/outcome.js';

describe('the outcomes', () => {
  it('P2: are five, the best first, and their ranks are their places', () => {
    expect(OUTCOMES).toEqual(['filtered', 'delivered', 'rejected', 'deadLettered', 'cancelled']);
    expect([FILTERED, DELIVERED, REJECTED, DEAD_LETTERED, CANCELLED]).toEqual([0, 1, 2, 3, 4]);
  });

  it('P3: a source may commit all of them but cancelled', () => {
    expect(OUTCOMES.filter(mayCommit)).toEqual(['filtered', 'delivered', 'rejected', 'deadLettered']);
  });
});
