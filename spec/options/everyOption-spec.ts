import { describe, expect, it } from '@jest/globals';
import { unmatched } from './everyOption.js';

const entry = { does: 'something', test: () => undefined };

describe('the check that every option has a test', () => {
  it('finds an option without a test, and a test without an option', () => {
    expect(unmatched(['capacity', 'name'], { capacity: entry })).toEqual(['name']);
    expect(unmatched(['capacity'], { capacity: entry, speed: entry })).toEqual(['speed']);
    expect(unmatched(['capacity'], { capacity: entry })).toEqual([]);
  });
});
