import { describe, expect, it } from '@jest/globals';
import { Bookkeeper } from '../../lib/records/Bookkeeper.js';

describe('Bookkeeper', () => {
  it('P4: opens contexts for whoever needs them and keeps no books', () => {
    const keeper = new Bookkeeper();
    const record = keeper.open('v', null, null);
    expect([record.origin, record.witness, record.references, keeper.keepsLetters]).toEqual(['v', keeper, 1, false]);
    record.release();
    expect(record.settled).toBe(true);
  });
});
