import { describe, expect, it } from '@jest/globals';
import { show } from '../../../lib/testing/marbles/show.js';

class Order {
  constructor(readonly id: number) {}
}

describe('show', () => {
  it.each([
    ['a', '"a"'],
    [-0, '-0'],
    [undefined, 'undefined'],
    [null, 'null'],
    [2n, '2n'],
    [NaN, 'NaN'],
    [Symbol('s'), 'Symbol(s)'],
    [() => 1, 'function (anonymous)'],
    [show, 'function show'],
    [{ id: 1, more: [true, undefined] }, '{"id":1,"more":[true,undefined]}'],
    [new Order(3), 'Order {"id":3}'],
    [Object.create(null), '{}'],
    [new Map([[1, { a: 2n }]]), 'Map {1 => {"a":2n}}'],
    [new Set(['x']), 'Set {"x"}'],
    [new Uint8Array([1, 2]), 'Uint8Array [1,2]'],
    [new Date(0), 'Date 1970-01-01T00:00:00.000Z'],
    [new Date(NaN), 'Date invalid'],
    [new TypeError('why'), 'TypeError: why'],
    [expect.any(Number), 'Any<Number>'],
  ])('%p is %s', (value, text) => {
    expect(show(value)).toBe(text);
  });

  it('stops at a circle, and only there', () => {
    const loop: { self?: unknown } = {};
    loop.self = [loop];
    const twin = {};
    expect([show(loop), show([twin, twin])]).toEqual(['{"self":[[circular]]}', '[{},{}]']);
  });
});
