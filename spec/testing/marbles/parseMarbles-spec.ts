import { describe, expect, it } from '@jest/globals';
import { completeAt, errorAt, nextAt } from '../../../lib/testing/marbles/Moment.js';
import { parseMarbles, parseSubscription, parseTime } from '../../../lib/testing/marbles/parseMarbles.js';

const refusal = (read: () => unknown): string[] => {
  try {
    read();
  } catch (error) {
    return (error as Error).message.split('\n');
  }
  return ['it was not refused'];
};

describe('parseMarbles', () => {
  it('reads what RxJS writes', () => {
    expect(parseMarbles(' a-(bc) 10ms |')).toEqual([nextAt(0, 'a'), nextAt(2, 'b'), nextAt(2, 'c'), completeAt(16)]);
    expect(parseMarbles('x#', { x: 7 }, null)).toEqual([nextAt(0, 7), errorAt(1, null)]);
    expect(parseMarbles('#')).toEqual([errorAt(0, 'error')]);
  });

  it('takes an emoji for one millisecond', () => {
    expect(parseMarbles('🐳-a')).toEqual([nextAt(0, '🐳'), nextAt(2, 'a')]);
  });

  it('counts from ^ in hot marbles', () => {
    expect(parseMarbles('a-^-b', undefined, undefined, true)).toEqual([nextAt(-2, 'a'), nextAt(2, 'b')]);
    expect(parseMarbles('a 9ms ^-b', undefined, undefined, true)).toEqual([nextAt(-10, 'a'), nextAt(2, 'b')]);
  });

  it.each([
    ['--(a--', 'time passes inside a group', 5],
    ['--(a(b))', 'a group inside a group', 5],
    ['--(ab', "'(' without ')'", 3],
    ['--a)', "')' without '('", 4],
    ['a 10ms', 'a time without spaces', 3],
    ['-10ms -', 'a time without spaces', 2],
    ['(a 5ms b)', 'time passes inside a group', 4],
    ['--!', "'!' is for demand and subscriptions", 3],
    ['-^-', "'^' does not belong here", 2],
    ['a|b', "'b' after the end", 3],
    ['a#|', "'|' after the end", 3],
  ])('refuses %s with a caret', (marbles, complaint, column) => {
    expect(refusal(() => parseMarbles(marbles)).slice(0, 3)).toEqual([
      `marbles: ${complaint}`,
      `  ${marbles}`,
      `  ${' '.repeat(column - 1)}^ column ${String(column)}`,
    ]);
  });

  it('refuses a letter that has no value, and says which have', () => {
    expect(refusal(() => parseMarbles('-c', { a: 1, b: 2 }))).toEqual([
      "marbles: 'c' has no value",
      '  -c',
      '   ^ column 2',
      'values has a, b',
    ]);
    expect(parseMarbles('a', { a: undefined })).toEqual([nextAt(0, undefined)]);
  });
});

describe('parseSubscription', () => {
  it('reads when to subscribe and to unsubscribe', () => {
    expect(parseSubscription('--^ 5ms !')).toEqual({ subscribedFrame: 2, unsubscribedFrame: 8 });
    expect(parseSubscription(null)).toEqual({ subscribedFrame: Infinity, unsubscribedFrame: Infinity });
  });

  it.each([
    ['^-^', "a second '^'", 3],
    ['^-!!', "a second '!'", 4],
    ['-a', "'a' means nothing here", 2],
  ])('refuses %s', (marbles, complaint, column) => {
    expect(refusal(() => parseSubscription(marbles))).toEqual([
      `subscription marbles: ${complaint}`,
      `  ${marbles}`,
      `  ${' '.repeat(column - 1)}^ column ${String(column)}`,
      'write one ^ and at most one !',
    ]);
  });
});

describe('parseTime', () => {
  it('reads the time up to the end', () => {
    expect([parseTime('--|'), parseTime(' 1.5s -|')]).toEqual([2, 1501]);
  });

  it('refuses a time without an end', () => {
    expect(refusal(() => parseTime('--'))).toEqual([
      'time marbles: no end',
      '  --',
      '    ^ column 3',
      "write a '|' where the time is over",
    ]);
  });
});
