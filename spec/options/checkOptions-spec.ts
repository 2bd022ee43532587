import { describe, expect, it } from '@jest/globals';
import * as z from 'zod/mini';
import { checkOptions, show } from '../../lib/options/checkOptions.js';
import { count, fn } from '../../lib/options/common.js';
import { SluiceError } from '../../lib/credit/SluiceError.js';
import { codeIn, messageIn, thrownBy } from '../credit/support/errors.js';

const SCHEMA = z.strictObject({
  size: z.optional(count),
  order: z.optional(z.strictObject({ perKey: fn<() => void>('give a function') })),
});
const KEYS = Object.keys(SCHEMA.def.shape);
const check = (options: unknown) => checkOptions('maker', SCHEMA, KEYS, options);

describe('checkOptions', () => {
  it('gives back what makes sense', () => {
    expect(check({ size: 3 })).toEqual({ size: 3 });
    expect(check({})).toEqual({});
    expect(check({ size: undefined })).toEqual({ size: undefined });
  });

  it('names the operator, the option, the value and what to write instead', () => {
    const error = thrownBy(() => check({ size: -1 }));
    expect(error).toBeInstanceOf(SluiceError);
    expect(error).toMatchObject({
      code: 'OPTION',
      message: 'maker: option size is -1; give a whole number of at least 1',
    });
  });

  it('names the way to an option inside another', () => {
    expect(messageIn(thrownBy(() => check({ order: { perKey: 'id' } })))).toBe(
      'maker: option order.perKey is "id"; give a function',
    );
  });

  it('lists the known options where one is unknown', () => {
    expect(messageIn(thrownBy(() => check({ sise: 1, x: 2 })))).toBe(
      `maker: there is no option 'sise', 'x'; the options are size, order`,
    );
  });

  it('tells of all mistakes at once', () => {
    const message = messageIn(thrownBy(() => check({ size: 0, speed: 1 })));
    expect(message).toContain('option size is 0');
    expect(message).toContain(`there is no option 'speed'`);
  });

  it.each([null, 1, 'capacity', true, [1], () => 1])('refuses options that are %p', (options) => {
    const error = thrownBy(() => check(options));
    expect(codeIn(error)).toBe('OPTION');
    expect(messageIn(error)).toMatch(/^maker: the options are .*; give an object$/);
  });
});

describe('show', () => {
  it.each([
    ['text', '"text"'],
    ['x'.repeat(61), `"${'x'.repeat(60)}…"`],
    [1.5, '1.5'],
    [NaN, 'NaN'],
    [null, 'null'],
    [undefined, 'undefined'],
    [true, 'true'],
    [12n, '12'],
    [Symbol('s'), 'Symbol(s)'],
    [() => 1, 'a function'],
    [[1, 2], 'an array of 2'],
    [{}, 'an object'],
    [Object.create(null), 'an object'],
  ])('writes a value in few words: %p', (value, text) => {
    expect(show(value)).toBe(text);
  });
});
