import { describe, expect, it } from '@jest/globals';
import { firstOutOfOrder, some, surplus } from '../../../lib/testing/laws/compareResults.js';

describe('compareResults', () => {
  it('finds what is too many, each as often as it is', () => {
    expect(surplus([1, 2, 2, 3, { a: 1 }], [2, 3, { a: 1 }])).toEqual([1, 2]);
    expect(surplus([1], [1, 1])).toEqual([]);
  });

  it('finds what came out of its turn, and takes neither gaps nor doubles for that', () => {
    expect(firstOutOfOrder([1, 3, 2], [1, 2, 3])).toBe(3);
    expect(firstOutOfOrder([1, 3], [1, 2, 3])).toBeUndefined();
    expect(firstOutOfOrder([1, 1, 2, 9], [1, 2])).toBeUndefined();
    expect(firstOutOfOrder([3, 2, 1], [1, 2, 3], 'none')).toBeUndefined();
  });

  it('compares each key by itself where order is per key', () => {
    const order = { perKey: (value: unknown) => (value as number) % 2 };
    expect(firstOutOfOrder([2, 1, 4, 3], [1, 2, 3, 4], order)).toBeUndefined();
    expect(firstOutOfOrder([2, 3, 4, 1], [1, 2, 3, 4], order)).toBe(3);
  });

  it('shows a few of many', () => {
    expect([some([1]), some([1, 2, 3, 4, 5, 6, 7])]).toEqual(['1', '1, 2, 3, 4, 5 and 2 more']);
  });
});
