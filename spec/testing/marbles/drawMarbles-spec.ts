import { describe, expect, it } from '@jest/globals';
import { drawMarbles } from '../../../lib/testing/marbles/drawMarbles.js';

const row = (title: string, ...marks: [number, string][]) => ({
  title,
  marks: marks.map(([frame, label]) => ({ frame, label })),
});

describe('drawMarbles', () => {
  it('draws one row as RxJS writes it', () => {
    const { lines } = drawMarbles([row('a', [2, 'x'], [2, 'y'], [7, '|'])]);
    expect(lines).toEqual(['a  --(xy)-|']);
  });

  it('puts equal frames into equal columns, whatever the rows need', () => {
    const { lines, columnOf } = drawMarbles([
      row('one', [0, 'a'], [1, 'b'], [1, 'c'], [3, '|']),
      row('other', [1, 'b'], [3, 'd']),
      row('none'),
    ]);
    expect(lines).toEqual([
      'one    a(bc)|', //
      'other  -b-  d',
      'none   -',
    ]);
    expect([columnOf(0), columnOf(1), columnOf(3)]).toEqual([7, 8, 12]);
  });

  it('writes long silence as a time', () => {
    const { lines } = drawMarbles([row('a', [0, 'x'], [10_000, '|']), row('b', [100, 'y'])]);
    expect(lines).toEqual(['a  x 99ms - 9899ms |', 'b  - 99ms y']);
  });
});
