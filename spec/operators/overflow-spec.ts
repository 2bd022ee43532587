import { describe, expect, it } from '@jest/globals';
import { OVERFLOWS, refuse } from '../../lib/operators/overflow.js';

describe('the overflow policies (C8)', () => {
  it('are five, and say how many of those that wait make room', () => {
    const drops = (waiting: number) => OVERFLOWS.map((overflow) => `${overflow} ${refuse(overflow, waiting)}`);
    expect(drops(3)).toEqual(['error 0', 'dropOldest 1', 'dropNewest 0', 'latest 3', 'reject 0']);
    expect(drops(0)).toEqual(['error 0', 'dropOldest 0', 'dropNewest 0', 'latest 0', 'reject 0']);
  });
});
