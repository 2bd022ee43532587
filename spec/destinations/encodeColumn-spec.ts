import { describe, expect, it } from '@jest/globals';
import { encodeColumn, textOf } from '../../lib/destinations/encodeColumn.js';

describe('one value as JSON for a column', () => {
  it.each([
    [undefined, 'null'],
    [null, 'null'],
    [1.5, '1.5'],
    [-0, '"-0"'],
    [NaN, '"NaN"'],
    [-Infinity, '"-Infinity"'],
    [true, 'true'],
    ['a"b', '"a\\"b"'],
    [12345678901234567890n, '"12345678901234567890"'],
    [new Date(0), '"1970-01-01T00:00:00.000Z"'],
    [new Uint8Array([0, 255]), '"\\\\x00ff"'],
    [Buffer.from([1, 16]), '"\\\\x0110"'],
    [new Uint8Array([7]).buffer, '"\\\\x07"'],
    [new Float32Array([0.5, 2]), '[0.5,2]'],
    [[1, undefined, [2n]], '[1,null,["2"]]'],
    [{ a: undefined, b: null, c: [NaN], d: Buffer.from([9]) }, '{"b":null,"c":["NaN"],"d":"\\\\x09"}'],
    [{ toJSON: () => ({ x: 1 }) }, '{"x":1}'],
  ])('%p is %s', (value, encoded) => expect(encodeColumn(value)).toBe(encoded));

  const circular: Record<string, unknown> = {};
  circular['self'] = circular;
  it.each([
    [() => 1, 'a function cannot'],
    [Symbol('x'), 'a symbol cannot'],
    [new Map(), 'a Map cannot'],
    [{ deep: [new Set()] }, 'a Set cannot'],
    [new Date(NaN), 'an invalid Date'],
    [circular, 'circular'],
  ])('%p is refused, for it would be lost', (value, message) => {
    expect(() => encodeColumn(value)).toThrow(message);
  });

  it('has the same text for what the database finds the same', () => {
    expect([1, '1', 1n].map((value) => textOf(encodeColumn(value)))).toEqual(['1', '1', '1']);
  });
});
