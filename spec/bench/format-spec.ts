import { describe, expect, it } from '@jest/globals';
import {
  formatBytes,
  formatCount,
  formatLatency,
  formatMilliseconds,
  formatPower,
  formatRate,
  formatRatio,
} from '../../bench/format.js';

describe('numbers in the tables', () => {
  it.each([
    [0, '0'],
    [256, '256'],
    [1000, '1,000'],
    [1_234_567, '1,234,567'],
    [41.5, '42'],
  ])('count: %d is %s', (count, text) => expect(formatCount(count)).toBe(text));

  it.each([
    [1_000_000, '10⁶'],
    [10, '10¹'],
    [10_000_000_000, '10¹⁰'],
    [20_000, '20,000'],
  ])('power: %d is %s', (count, text) => expect(formatPower(count)).toBe(text));

  it.each([
    [14_080_782, '14.1 M'],
    [1_432_755, '1.43 M'],
    [999_999, '1.00 M'],
    [86_415, '86.4 k'],
    [681_020, '681 k'],
    [12, '12.0'],
  ])('rate: %d is %s', (perSecond, text) => expect(formatRate(perSecond)).toBe(text));

  it.each([
    [0, '0'],
    [410, '0.41 kB'],
    [12_340, '12.3 kB'],
    [930_458_728, '930 MB'],
  ])('bytes: %d is %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

  it('ratio: the median, and from where to where', () => {
    expect(formatRatio({ median: 1.046, least: 0.981, greatest: 1.1 })).toBe('1.05 (0.98–1.10)');
  });

  it.each([
    [0.0031, '3.10 µs'],
    [0.25, '250 µs'],
    [1, '1.00 ms'],
    [1549, '1,549 ms'],
  ])('latency: %d ms is %s', (ms, text) => expect(formatLatency(ms)).toBe(text));

  it('milliseconds', () => expect(formatMilliseconds(1549.02)).toBe('1,549 ms'));
});
