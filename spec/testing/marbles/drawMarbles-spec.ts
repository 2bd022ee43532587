import { describe, expect, it } from '@jest/globals';
import { parseMarbles } from '../../../lib/testing/marbles/parseMarbles.js';
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
    expect(lines).toEqual(['a  x 99ms 9900ms   |', 'b  100ms  y']);
  });

  it('draws rows that read as they were written, whatever happens beside them', () => {
    const marbles = ['-(ab)-(c|)', '-(ab)', '----(c|)', '50ms (ab)|', '-a-b-c'];
    const rows = marbles.map((text, index) => ({
      title: String(index),
      marks: parseMarbles(text).map(({ frame, notification }) => ({
        frame,
        label: notification.kind === 'N' ? String(notification.value) : '|',
      })),
    }));
    const { lines } = drawMarbles(rows);
    expect(lines.map((line) => parseMarbles(line.slice(3)))).toEqual(marbles.map((text) => parseMarbles(text)));
  });
});
