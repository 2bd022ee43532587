import { describe, expect, it } from '@jest/globals';
import { Labels } from '../../../lib/testing/marbles/Labels.js';
import { completeAt, errorAt, nextAt } from '../../../lib/testing/marbles/Moment.js';

describe('Labels', () => {
  it('uses the letters of the test, values that are one character, then spare letters', () => {
    const labels = new Labels({ a: { id: 1 } });
    const of = (value: unknown) => labels.of(nextAt(0, value));
    expect([of({ id: 1 }), of('x'), of(7), of('a'), of({ id: 2 }), of({ id: 2 })]).toEqual([
      'a',
      'x',
      '7',
      'A',
      'B',
      'B',
    ]);
    expect(labels.legend).toEqual(['a = {"id":1}', 'A = "a"', 'B = {"id":2}']);
  });

  it('names ends and explains errors', () => {
    const labels = new Labels();
    expect([labels.of(completeAt(0)), labels.of(errorAt(0, new TypeError('why'))), labels.of(errorAt(1, 'x'))]).toEqual(
      ['|', '#', '#'],
    );
    expect(labels.legend).toEqual(['# = TypeError: why', '# = "x"']);
  });

  it('says of which row an error is, where there are several', () => {
    const labels = new Labels();
    labels.of(errorAt(0, 'one'), 'expected');
    labels.of(errorAt(0, 'other'), 'actual');
    expect(labels.legend).toEqual(['# (expected) = "one"', '# (actual) = "other"']);
  });

  it('survives values that cannot be written and more values than letters', () => {
    const labels = new Labels();
    const loop: { self?: unknown } = {};
    loop.self = loop;
    labels.of(nextAt(0, loop));
    expect(labels.legend).toEqual(['A = {"self":[circular]}']);
    for (let n = 0; n < 30; n++) labels.of(nextAt(0, { n }));
    expect(labels.of(nextAt(0, { n: 40 }))).toBe('?');
  });
});
