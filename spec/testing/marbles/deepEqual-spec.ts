import { describe, expect, it } from '@jest/globals';
import { deepEqual } from '../../../lib/testing/marbles/deepEqual.js';

describe('deepEqual', () => {
  it.each([
    [1, 1],
    [NaN, NaN],
    [{ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }],
    [new Error('x'), new Error('x')],
    [new Date(5), new Date(5)],
    [new Map([[1, { a: 1 }]]), new Map([[1, { a: 1 }]])],
    [new Set([1, 2]), new Set([1, 2])],
    [7, expect.any(Number)],
  ])('%p is like %p', (actual, expected) => expect(deepEqual(actual, expected)).toBe(true));

  it.each([
    [1, 2],
    [1, '1'],
    [null, {}],
    [0, -0],
    [{ a: 1 }, { a: 1, b: undefined }],
    [[1], { 0: 1 }],
    [new Error('x'), new TypeError('x')],
    [new Date(5), new Date(6)],
    [new Map([[1, 2]]), new Map([[1, 3]])],
    [new Set([1]), new Set([2])],
    ['7', expect.any(Number)],
  ])('%p is not like %p', (actual, expected) => expect(deepEqual(actual, expected)).toBe(false));
});
