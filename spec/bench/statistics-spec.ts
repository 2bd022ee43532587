import { describe, expect, it } from '@jest/globals';
import { median, percentile, ratios, spread } from '../../bench/statistics.js';

describe('the median', () => {
  it('is the value in the middle, whatever the order', () => expect(median([9, 1, 5])).toBe(5));
  it('is the mean of the two in the middle', () => expect(median([4, 1, 2, 100])).toBe(3));
  it('is the only value', () => expect(median([7])).toBe(7));
  it('orders numbers as numbers', () => expect(median([10, 9, 100])).toBe(10));
  it('leaves its argument as it was', () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });
  it('does not exist of nothing', () => expect(() => median([])).toThrow('no median of nothing'));
});

describe('the spread', () => {
  it('is the median with the least and the greatest', () => {
    expect(spread([3, 1, 8])).toEqual({ median: 3, least: 1, greatest: 8 });
  });
});

describe('a percentile', () => {
  const hundred = Float64Array.from({ length: 100 }, (_, index) => index + 1);

  it('is the least value that so many do not exceed', () => {
    expect(percentile(hundred, 0.5)).toBe(50);
    expect(percentile(hundred, 0.99)).toBe(99);
    expect(percentile([7], 0.01)).toBe(7);
  });
  it('does not exist of nothing', () => expect(() => percentile([], 0.5)).toThrow('no percentile of nothing'));
});

describe('ratios', () => {
  it('are taken round by round', () => expect(ratios([10, 30], [5, 60])).toEqual([2, 0.5]));
  it('need as many rounds of both', () => expect(() => ratios([1], [1, 2])).toThrow('as many rounds'));
});
