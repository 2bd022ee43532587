import { describe, expect, it } from '@jest/globals';
import { fromPull } from '../../lib/sources/fromPull.js';
import { assertSourceLaws, checkSourceLaws, SOURCE_LAWS } from '../../lib/testing/index.js';
import { BROKEN_SOURCES } from './brokenSources.js';

describe('the law kit for sources', () => {
  it('runs the example of its documentation', async () => {
    const violations = await checkSourceLaws({ name: 'fromPull', make: (input) => fromPull(input) });
    expect(violations).toEqual([]);
  });

  it.each(BROKEN_SOURCES)('$name: rejected because it breaks "$breaks"', async ({ breaks, ...subject }) => {
    const violations = await checkSourceLaws(subject, { count: 20_000 });
    expect(violations.map(({ law }) => law)).toContain(breaks);
  });

  it('has a broken source for each law', () => {
    expect(new Set(BROKEN_SOURCES.map(({ breaks }) => breaks))).toEqual(new Set(SOURCE_LAWS.map(({ name }) => name)));
  });

  it('fails with each broken law in words', async () => {
    const { breaks, ...subject } = BROKEN_SOURCES[0]!;
    await expect(assertSourceLaws(subject, { count: 20_000 })).rejects.toThrow(
      new RegExp(`^${subject.name}: breaks [^]*${breaks}\n    [A-Z][^]*\n    - `),
    );
    await expect(assertSourceLaws({ name: 'fromPull', make: (input) => fromPull(input) })).resolves.toBeUndefined();
  });
});
