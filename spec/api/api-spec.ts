import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorsOfTypes } from '../helpers/errorsOfTypes.js';
import { OPERATORS, SOURCES } from '../laws/registry.js';
import { exampleFile, originsOf } from './exampleFile.js';
import { readApi } from './readApi.js';
import { renderApi } from './renderApi.js';

const root = `${process.cwd()}/`;
const entries = readApi(root);

describe('docs/api.md', () => {
  it('is what npm run docs:api writes', () => {
    expect(readFileSync(`${root}docs/api.md`, 'utf8')).toBe(renderApi(entries));
  });

  it('has every operator and every source', () => {
    const names = new Set(entries.map(({ name }) => name));
    expect([...Object.keys(OPERATORS), ...Object.keys(SOURCES)].filter((name) => !names.has(name))).toEqual([]);
  });
});

describe('the documentation of what is exported', () => {
  it('is there', () => {
    expect(entries.filter(({ words }) => words === '').map(({ name }) => name)).toEqual([]);
  });

  it('says in four sentences when an operator emits, back-pressures, completes and cancels', () => {
    const four = ['Emits', 'Back-pressures', 'Completes', 'Cancels'];
    const operators = entries.filter(({ name }) => name in OPERATORS);
    expect(operators.length).toBe(Object.keys(OPERATORS).length);
    for (const { name, words } of operators) {
      const said = [...words.matchAll(/^- \*\*([\w-]+)\*\* [A-Za-z]/gm)].map(([, word]) => word);
      expect([name, said]).toEqual([name, four]);
    }
  });

  it('says of every option what it does, and names the unit of every span of time', () => {
    const options = entries.flatMap(({ name, options }) => options.map((option) => ({ name, option })));
    expect(options.length).toBeGreaterThan(60);
    const wanting = options.filter(
      ({ option }) =>
        option.words === '' || (option.name.endsWith('Ms') && !/millisecond|\bms\b|second/.test(option.words)),
    );
    expect(wanting.map(({ name, option }) => `${name}: ${option.name}`)).toEqual([]);
  });
});

describe('the examples', () => {
  const modules = [...new Set(entries.map(({ from }) => from)), 'rxjs'];
  const origins = originsOf(modules, root);
  mkdirSync('.cache', { recursive: true });
  // Inside the package, so that 'sluice' means its build.
  const folder = mkdtempSync(join(root, '.cache/examples-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const world = join(folder, 'world.d.ts');
  writeFileSync(world, readFileSync(`${root}spec/api/exampleWorld.d.ts`, 'utf8'));

  /** What the compiler has against these examples. Their callbacks need no types: they take what the world gives them. */
  const errorsOf = (examples: Readonly<Record<string, string>>): string[] => {
    const files = Object.entries(examples).map(([name, code]) => {
      const file = join(folder, `${name}.ts`);
      writeFileSync(file, exampleFile(code, origins));
      return file;
    });
    return errorsOfTypes([world, ...files], { noImplicitAny: false });
  };

  it('compile', () => {
    const examples = entries.flatMap(({ name, examples: own }) =>
      own.map((code, index) => [`${name}${String(index)}`, code] as const),
    );
    expect(examples.length).toBeGreaterThan(40);
    expect(errorsOf(Object.fromEntries(examples))).toEqual([]);
  }, 60_000);

  it('would not compile with an option or a member that does not exist, nor with an unknown name', () => {
    const errors = errorsOf({
      option: 'fromPull(rows).pipe(stage(save, { concurency: 3 }));',
      member: 'fromPull(rows).pipe(map((row) => row.amuont));',
      name: 'fromPull(nowhere);',
    });
    expect(errors.map((error) => /^\w+\.ts|concurency|amuont|nowhere/g[Symbol.match](error))).toEqual([
      ['option.ts', 'concurency'],
      ['member.ts', 'amuont'],
      ['name.ts', 'nowhere'],
    ]);
  }, 60_000);
});
