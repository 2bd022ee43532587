import { describe, expect, it } from '@jest/globals';
import { parseDemand } from '../../../lib/testing/marbles/parseDemand.js';

const grant = (frame: number, count: number) => ({ frame, kind: 'grant', count });

describe('parseDemand', () => {
  it('reads the demand of the documentation', () => {
    expect(parseDemand('--2--1--*')).toEqual([grant(2, 2), grant(5, 1), grant(8, Infinity)]);
  });

  it('reads letters, groups, times, spaces and the cancellation', () => {
    expect(parseDemand(' a-- 10ms (1!)', { a: 256 })).toEqual([
      grant(0, 256),
      grant(13, 1),
      { frame: 13, kind: 'cancel' },
    ]);
    expect(parseDemand('1.5s 1 2m 2')).toEqual([grant(1500, 1), grant(121_501, 2)]);
    expect(parseDemand('')).toEqual([]);
  });

  it('takes a digit for a grant where no unit follows', () => {
    expect(parseDemand('1 2')).toEqual([grant(0, 1), grant(1, 2)]);
  });

  it.each(['0', 'x', '?', '|'])("refuses '%s' and says what to write", (mark) => {
    expect(() => parseDemand(`--${mark}`)).toThrow(`'${mark}' at 2 grants nothing; write a digit from 1 to 9`);
  });

  it('refuses a letter that does not stand for a whole number', () => {
    expect(() => parseDemand('a', { a: 1.5 })).toThrow('grants nothing');
    expect(() => parseDemand('a', { a: -1 })).toThrow('grants nothing');
  });
});
