import { describe, expect, it } from '@jest/globals';
import { map } from 'rxjs';
import { expected } from './expected.js';
import { nonOperators, superfluous, unaccounted } from './exports.js';
import { registry } from './registry.js';

const exercised = new Set(registry.flatMap(({ exercises }) => exercises));

describe('the exports of RxJS', () => {
  it('each stand in the registry or are no operators', () => {
    expect(unaccounted(exercised, nonOperators)).toEqual([]);
  });

  it('explain every name in the list of what is no operator', () => {
    expect(superfluous(exercised, nonOperators)).toEqual([]);
  });

  it('would be missed where they stand in neither', () => {
    const { noop: _noop, ...others } = nonOperators;
    const withoutMap = new Set([...exercised].filter((value) => value !== map));
    expect(new Set(unaccounted(withoutMap, others))).toEqual(new Set(['map', 'noop']));
  });

  it('would be missed where they are explained and exercised, or are none', () => {
    expect(superfluous(exercised, { map: 'an operator', mapp: 'a slip' })).toEqual(['map', 'mapp']);
  });
});

describe('the registry', () => {
  const names = registry.map(({ name }) => name);

  it('names each variant once', () => {
    expect(new Set(names).size).toBe(names.length);
  });

  it('has an expectation for each variant, and no other', () => {
    expect([...expected.keys()].sort()).toEqual([...names].sort());
  });
});
