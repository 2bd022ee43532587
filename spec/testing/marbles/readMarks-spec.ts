import { describe, expect, it } from '@jest/globals';
import { badMarbles, readMarks } from '../../../lib/testing/marbles/readMarks.js';

describe('readMarks', () => {
  it('says when each mark happens and where it stands', () => {
    expect(readMarks('marbles', 'a (bc) 2s d')).toEqual([
      { frame: 0, mark: 'a', index: 0 },
      { frame: 1, mark: 'b', index: 3 },
      { frame: 1, mark: 'c', index: 4 },
      { frame: 2005, mark: 'd', index: 10 },
    ]);
  });

  it('takes digits for marks where no time is meant', () => {
    expect(readMarks('marbles', '1s').map(({ mark }) => mark)).toEqual(['1', 's']);
  });
});

describe('badMarbles', () => {
  it('draws a caret below the place', () => {
    expect(badMarbles('demand marbles', '--x', 2, 'no', 'write yes').message).toBe(
      'demand marbles: no\n  --x\n    ^ column 3\nwrite yes',
    );
  });
});
