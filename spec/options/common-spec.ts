import { describe, expect, it } from '@jest/globals';
import { asyncScheduler, queueScheduler, VirtualTimeScheduler } from 'rxjs';
import { count, milliseconds, name, scheduler, stageOptions } from '../../lib/options/common.js';

const accepts = (schema: { safeParse(value: unknown): { success: boolean } }, value: unknown) =>
  schema.safeParse(value).success;

describe('the kinds of options', () => {
  it.each([1, 2, 256, 1_000_000_000])('a count may be %p', (value) => {
    expect(accepts(count, value)).toBe(true);
  });
  it.each([0, -1, 1.5, NaN, Infinity, -Infinity, 1_000_000_001, 2 ** 53, '10', null, true, 5n, {}, []])(
    'a count may not be %p',
    (value) => {
      expect(accepts(count, value)).toBe(false);
    },
  );

  it.each([0, 0.5, 1, 5000, 2_147_483_647])('a time may be %p', (value) => {
    expect(accepts(milliseconds, value)).toBe(true);
  });
  it.each([-1, -0.1, NaN, Infinity, -Infinity, 2_147_483_648, 2 ** 53, '10', null, true, 5n])(
    'a time may not be %p',
    (value) => {
      expect(accepts(milliseconds, value)).toBe(false);
    },
  );

  it('a name is a string that is not empty', () => {
    expect(['save', '', 1, null].map((value) => accepts(name, value))).toEqual([true, false, false, false]);
  });

  it('a scheduler is whatever can schedule and tell the time', () => {
    const good = [asyncScheduler, queueScheduler, new VirtualTimeScheduler(), { schedule() {}, now() {} }];
    const bad = [null, 1, 'async', {}, { schedule() {} }, { now() {} }, () => 1];
    expect(good.map((value) => accepts(scheduler, value))).toEqual(good.map(() => true));
    expect(bad.map((value) => accepts(scheduler, value))).toEqual(bad.map(() => false));
  });

  it('every option that all stages take may be left out', () => {
    expect(Object.keys(stageOptions)).toEqual(['name', 'capacity', 'scheduler']);
    for (const schema of Object.values(stageOptions)) expect(accepts(schema, undefined)).toBe(true);
  });
});
