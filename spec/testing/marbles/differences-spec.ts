import { describe, expect, it } from '@jest/globals';
import { brief, differences } from '../../../lib/testing/marbles/differences.js';

describe('differences', () => {
  it('names the places', () => {
    const expected = { id: 1, lines: [{ price: 3 }, { price: 4 }], note: 'x' };
    const actual = { id: 1, lines: [{ price: 3 }, { price: 5 }, { price: 6 }], tag: 't' };
    expect(differences(actual, expected)).toEqual([
      '.lines[1].price is expected to be 4 and is 5',
      '.lines[2] is not expected and is {"price":6}',
      '.note is missing, expected "x"',
      '.tag is not expected and is "t"',
    ]);
  });

  it('says nothing of values without places', () => {
    expect(differences(1, 2)).toEqual([]);
    expect(differences({ a: 1 }, { a: expect.any(Number) })).toEqual([]);
  });

  it('says of many differences how many more there are', () => {
    expect(differences([1, 2, 3, 4, 5, 6], [0, 0, 0, 0, 0, 0]).slice(3)).toEqual([
      '[3] is expected to be 0 and is 4',
      'and 2 more',
    ]);
  });
});

describe('brief', () => {
  it('shortens long values', () => {
    expect([brief('abc'), brief('abcdefgh', 5)]).toEqual(['"abc"', '"abcd… (10 characters)']);
  });
});
