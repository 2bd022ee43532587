import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { problems, type Measured } from './check.js';
import { expected } from './expected.js';
import { QUICK } from './measure.js';
import { measureTable } from './measureTable.js';
import { renderPage } from './page.js';

describe('C6, C7 and C11: every operator of RxJS in a link', () => {
  let table: ReadonlyMap<string, Measured>;

  beforeAll(async () => {
    table = await measureTable(QUICK);
  }, 600_000);

  const problemsOf = (name: string, as = name): string[] => {
    const [measured, expectation] = [table.get(name), expected.get(as)];
    if (measured === undefined || expectation === undefined) return ['it is not in the table'];
    return problems(measured, expectation, QUICK);
  };

  it.each([...expected].map(([name, { kind }]) => [name, kind]))('%s: %s', (name) => {
    expect(problemsOf(name)).toEqual([]);
  });

  it.each([
    ['map', 'share', `it is 'keeps credit', and not 'cut'`],
    ['share', 'map', 'it fails with CUT_LINK'],
    ['audit', 'map', 'a slow stage gets other records than RxJS gives'],
    ['bufferTime', 'delay(1)', 'fastFinite does not fail with ASYNC_LINK'],
    ['publishLast+refCount', 'share', 'fastFinite pulls 40 records through a cut link'],
  ])('finds %s to be no %s', (name, other, problem) => {
    expect(problemsOf(name, other)).toContain(problem);
  });

  it('is what docs/operators.md says; npm run docs:operators writes it', () => {
    const page = readFileSync(new URL('../../docs/operators.md', import.meta.url), 'utf8');
    expect(renderPage(table, QUICK)).toBe(page);
  });
});
