import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The rules that SEMANTICS.md numbers, in its order. */
const rulesOf = (semantics: string): string[] =>
  [...semantics.matchAll(/^\*\*([CP]\d+[a-z]?) · /gm)].flatMap(([, rule]) => (rule === undefined ? [] : [rule]));

/** The titles of the tests and groups in the text of a spec: the first argument of it, test and describe. */
const titlesOf = (spec: string): string[] =>
  [
    ...spec.matchAll(
      /\b(?:it|test|describe)(?:\.each(?:<[^(]*?>)?\s*\([\s\S]*?\n?\s*\))?\s*\(\s*(['"`])((?:\\.|(?!\1)[\s\S])*)\1/g,
    ),
    // The title behind a table stands on a line of its own, or directly behind its bracket.
    ...spec.matchAll(/[\])]\)\(\s*(['"`])((?:\\.|(?!\1)[\s\S])*)\1/g),
  ].flatMap(([, , title]) => (title === undefined ? [] : [title]));

/** The rules that no title names. */
const unnamed = (rules: readonly string[], titles: readonly string[]): string[] =>
  rules.filter((rule) => !titles.some((title) => new RegExp(`\\b${rule}\\b`).test(title)));

const specs = readdirSync(join(root, 'spec'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('-spec.ts') && path !== 'rules-spec.ts')
  .map((path) => readFileSync(join(root, 'spec', path), 'utf8'));

describe('the rules of SEMANTICS.md', () => {
  const rules = rulesOf(readFileSync(join(root, 'lib/credit/SEMANTICS.md'), 'utf8'));
  const titles = specs.flatMap(titlesOf);

  it('are found by their numbers', () => {
    const credit = Array.from({ length: 18 }, (_, n) => `C${n + 1}`);
    credit.splice(16, 0, 'C16a');
    credit.splice(6, 0, 'C6a', 'C6b', 'C6c');
    expect(rules).toEqual([...credit, 'C18a', 'C18b', 'P1', 'P2', 'P3', 'P4', 'P5']);
  });

  it('are each named by the title of at least one test', () => {
    expect(titles.length).toBeGreaterThan(200);
    expect(unnamed(rules, titles)).toEqual([]);
  });
});

describe('the check that every rule is named', () => {
  it('finds a rule that no title names', () => {
    const semantics =
      '**C1 · No credit.** words\n**C6 · Discovery.** words\n**C6a · Entrance.** words\n**P9 · New.** words';
    const rules = rulesOf(semantics);
    expect(rules).toEqual(['C1', 'C6', 'C6a', 'P9']);
    expect(unnamed(rules, ['C1: waits', 'finds C6a', 'C10 and P1'])).toEqual(['C6', 'P9']);
  });

  it('does not take C6a for C6, nor C1 for C10', () => {
    expect(unnamed(['C6', 'C1'], ['C6a: something', 'C10: something'])).toEqual(['C6', 'C1']);
  });

  it('reads titles, and nothing else that a spec says', () => {
    const spec = [
      '// C2 in a comment',
      "it('C3: a title', () => { expect('C4').toBe('C4'); });",
      "it.each([['C5', 1]])('C7: a title behind a table %s', () => undefined);",
      "it.each<[string]>([\n  ['x'],\n])(\n  'C8: on a line of its own',\n  () => undefined,\n);",
      'describe("C9: it\'s a group", () => undefined);',
    ].join('\n');
    const rules = ['C2', 'C3', 'C4', 'C5', 'C7', 'C8', 'C9'];
    expect(unnamed(rules, titlesOf(spec))).toEqual(['C2', 'C4', 'C5']);
  });
});
