import { describe, expect, it } from '@jest/globals';
import { parseDemand, parseLevels, parseRequests } from '../../../lib/testing/marbles/parseDemand.js';

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
    expect(() => parseDemand(`--${mark}`)).toThrow(
      [
        `demand marbles: '${mark}' asks for nothing`,
        `  --${mark}`,
        '    ^ column 3',
        'write a digit from 1 to 9, a letter with its number in counts, * for everything, or ! to cancel',
      ].join('\n'),
    );
  });

  it('refuses a letter that does not stand for a whole number', () => {
    expect(() => parseDemand('a', { a: 1.5 })).toThrow('asks for nothing');
    expect(() => parseDemand('a', { a: -1 })).toThrow('asks for nothing');
  });

  it('refuses demand after the cancellation', () => {
    expect(() => parseDemand('1-!1')).toThrow("'1' after the cancellation");
  });
});

describe('parseRequests', () => {
  it('reads what is requested', () => {
    expect(parseRequests('2-n*', { n: 12 })).toEqual([
      { frame: 0, count: 2 },
      { frame: 2, count: 12 },
      { frame: 3, count: Infinity },
    ]);
  });

  it('knows no cancellation', () => {
    expect(() => parseRequests('1!')).toThrow("request marbles: '!' asks for nothing\n  1!\n   ^ column 2");
  });
});

describe('parseLevels', () => {
  it('reads how much is held, none included', () => {
    expect(parseLevels('2-n0', { n: 12 })).toEqual([
      { frame: 0, count: 2 },
      { frame: 2, count: 12 },
      { frame: 3, count: 0 },
    ]);
  });

  it.each(['*', '!', 'x'])("refuses '%s'", (mark) => {
    expect(() => parseLevels(`-${mark}`)).toThrow(
      `buffer marbles: '${mark}' is no number of records\n  -${mark}\n   ^ column 2`,
    );
  });
});
