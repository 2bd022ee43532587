import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { foreignImports, timeAndChance } from '../eslint.config.js';
import {
  anyTypes,
  importCycles,
  importDirection,
  linesOfCode,
  platformLeaves,
  maximumLinesOfCode,
  readTree,
  rxjsInArithmetic,
  rxjsInternals,
  tooLong,
  type PlatformFiles,
  type SourceText,
} from './helpers/architecture.js';

const file = (path: string, ...lines: string[]): SourceText => ({ path, text: lines.join('\n') });

/** A tree in which `importer` holds `statement`, and the files it might mean exist. */
const tree = (importer: string, statement: string): SourceText[] => [
  ...[
    'lib/index.ts',
    'lib/credit/Inbox.ts',
    'lib/credit/errors.ts',
    'lib/options/validate.ts',
    'lib/records/Permit.ts',
    'lib/control/pressure.ts',
    'lib/sources/fromPull.ts',
    'lib/sinks/run.ts',
    'lib/operators/stage.ts',
    'lib/stages/gateway.ts',
    'lib/destinations/Destination.ts',
    'lib/kafka/fromKafka.ts',
    'lib/marbles/index.ts',
    'lib/testing/index.ts',
  ]
    .filter((path) => path !== importer)
    .map((path) => file(path, 'export {};')),
  file(importer, statement),
];

const packageJson = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly imports: unknown };

describe('the architecture of lib', () => {
  const lib = readTree(process.cwd());

  it('has files to check', () => expect(lib.length).toBeGreaterThan(0));
  it('imports in one direction', () => expect(importDirection(lib)).toEqual([]));
  it('has leaves behind its platform imports', () =>
    expect(platformLeaves(lib, packageJson.imports as PlatformFiles)).toEqual([]));
  it('has no circle of imports', () => expect(importCycles(lib)).toEqual([]));
  it('keeps every file short', () => expect(tooLong(lib)).toEqual([]));
  it('has no any', () => expect(anyTypes(lib)).toEqual([]));
  it('stays out of the internals of rxjs', () => expect(rxjsInternals(lib)).toEqual([]));
  it('keeps rxjs out of the arithmetic of credit', () => expect(rxjsInArithmetic(lib)).toEqual([]));
});

describe('the direction of imports', () => {
  it.each([
    ['lib/credit/a.ts', `import { Subject } from 'rxjs';`],
    ['lib/options/a.ts', `import * as z from 'zod'; import { E } from '../credit/errors.js';`],
    ['lib/records/a.ts', `import { Inbox } from '../credit/Inbox.js';`],
    ['lib/control/a.ts', `import type { Permit } from '../records/Permit.js';`],
    ['lib/sinks/a.ts', `import { stage } from '../operators/stage.js';`],
    ['lib/stages/a.ts', `import { fromPull } from '../sources/fromPull.js';`],
    ['lib/stages/a.ts', `import type { Destination } from '../destinations/Destination.js';`],
    ['lib/kafka/a.ts', `import { gateway } from '../stages/gateway.js';`],
    ['lib/control/a.ts', `import { defaultLogger } from '#log';`],
    ['lib/testing/a.ts', `import { stage } from '../index.js';`],
    ['lib/index.ts', `export * from './kafka/fromKafka.js';`],
  ])('lets %s say %s', (importer, statement) => {
    expect(importDirection(tree(importer, statement))).toEqual([]);
  });

  it.each([
    ['lib/credit/a.ts', `import { Permit } from '../records/Permit.js';`, 'credit may not import records'],
    ['lib/credit/a.ts', `import type { Permit } from '../records/Permit.js';`, 'credit may not import records'],
    ['lib/credit/a.ts', `export { Permit } from '../records/Permit.js';`, 'credit may not import records'],
    ['lib/credit/a.ts', `const p = await import('../records/Permit.js');`, 'credit may not import records'],
    ['lib/credit/a.ts', `let p: import('../records/Permit.js').Permit;`, 'credit may not import records'],
    ['lib/credit/a.ts', `import * as z from 'zod';`, 'credit may import only rxjs'],
    ['lib/credit/a.ts', `import { validate } from '../options/validate.js';`, 'credit may not import options'],
    ['lib/records/a.ts', `import { stage } from '../operators/stage.js';`, 'records may not import operators'],
    [
      'lib/control/a.ts',
      `import { Permit } from '../records/Permit.js';`,
      'control may import only types from records',
    ],
    ['lib/operators/a.ts', `import { gateway } from '../stages/gateway.js';`, 'operators may not import stages'],
    ['lib/stages/a.ts', `import { fromKafka } from '../kafka/fromKafka.js';`, 'stages may not import kafka'],
    ['lib/stages/a.ts', `import { x } from '../testing/index.js';`, 'nothing in lib imports testing'],
    ['lib/stages/a.ts', `import { defaultLogger } from '#log';`, 'stages may not import #log'],
    ['lib/control/a.ts', `import { x } from '#other';`, '#other is not in the table of platform imports'],
    ['lib/index.ts', `export * from './marbles/index.js';`, 'nothing in lib imports marbles'],
    ['lib/sources/a.ts', `import { stage } from '../index.js';`, 'a barrel is imported by nothing in lib'],
    ['lib/sources/a.ts', `import { stage } from '../operators/missing.js';`, 'no such file'],
    ['lib/sources/a.ts', `import { stage } from '../operators/stage';`, 'no such file'],
    ['lib/sources/a.ts', `import { x } from '../../spec/x.js';`, 'it leaves lib'],
    ['lib/novel/a.ts', `import { map } from 'rxjs';`, 'lib/novel is not in the table of folders'],
  ])('forbids %s to say %s', (importer, statement, reason) => {
    const violations = importDirection(tree(importer, statement));
    expect(violations).toHaveLength(1);
    expect(violations[0]).toContain(`${importer} imports `);
    expect(violations[0]).toContain(reason);
  });
});

describe('the other rules', () => {
  it('finds a circle of imports, of types too', () => {
    const circle = [
      file('lib/credit/a.ts', `import { b } from './b.js';`),
      file('lib/credit/b.ts', `import { c } from './c.js';`),
      file('lib/credit/c.ts', `import type { A } from './b.js';`),
    ];
    expect(importCycles(circle)).toEqual(['lib/credit/b.ts -> lib/credit/c.ts -> lib/credit/b.ts']);
    expect(importCycles(circle.slice(0, 2))).toEqual([]);
  });

  it('finds what is wrong behind a platform import', () => {
    const log = { '#log': { node: './dist/control/a.js', default: './dist/control/b.js' } };
    const signals = { '#signals': { node: './dist/control/b.js', default: './dist/control/b.js' } };
    const leaf = file(
      'lib/control/b.ts',
      `import type { Inbox } from '../credit/Inbox.js'; import { map } from 'rxjs';`,
    );
    const inward = file('lib/control/a.ts', `import { Inbox } from '../credit/Inbox.js';`);
    expect(platformLeaves([leaf, inward], { ...log, ...signals })).toEqual([
      `lib/control/a.ts imports '../credit/Inbox.js': a file behind #log may import only types`,
    ]);
    expect(platformLeaves([leaf], { ...log, ...signals })).toEqual(['#log leads to ./dist/control/a.js: no such file']);
    expect(platformLeaves([leaf], { '#log': { node: './dist/control/b.js' }, '#more': {} })).toEqual([
      '#log has no file for other platforms',
      '#more is not in the table of platform imports',
      '#signals is not in the imports of package.json',
    ]);
  });

  it('counts lines of code without comments and blanks', () => {
    expect(linesOfCode('/** a\n * b\n */\nconst a = 1; // c\n\n// d\nconst b = `x\n// y`;\n/* e */\n')).toBe(3);
  });

  it('finds a file that is too long', () => {
    const lines = Array.from({ length: maximumLinesOfCode }, (_, i) => `const a${i} = 0;`);
    expect(tooLong([file('lib/credit/a.ts', '// one comment', '', ...lines)])).toEqual([]);
    expect(tooLong([file('lib/credit/a.ts', ...lines, 'export {};')])).toEqual([
      'lib/credit/a.ts has 251 lines of code, more than 250',
    ]);
  });

  it('finds any as a type, but not as a word', () => {
    expect(anyTypes([file('lib/credit/a.ts', `// any`, `const any = 'any';`)])).toEqual([]);
    expect(anyTypes([file('lib/credit/a.ts', '', 'const a = b as any[];', 'let f: Map<any, 1>;')])).toEqual([
      `lib/credit/a.ts:2 uses 'any'`,
      `lib/credit/a.ts:3 uses 'any'`,
    ]);
  });

  it('finds the internals of rxjs, but lets lib/testing use them', () => {
    const internal = `import { x } from 'rxjs/internal/testing/TestMessage';`;
    expect(rxjsInternals([file('lib/testing/a.ts', internal)])).toEqual([]);
    expect(rxjsInternals([file('lib/credit/a.ts', internal)])).toHaveLength(1);
  });

  it('finds rxjs in the arithmetic of credit, also at one remove', () => {
    const subject = file('lib/credit/CreditSubject.ts', `import { Subject } from 'rxjs';`);
    expect(rxjsInArithmetic([subject, file('lib/credit/Inbox.ts', `import './errors.js';`)])).toEqual([]);
    expect(rxjsInArithmetic([file('lib/credit/Inbox.ts', `import type { Observable } from 'rxjs';`)])).toEqual([
      `lib/credit/Inbox.ts reaches 'rxjs'`,
    ]);
    expect(rxjsInArithmetic([subject, file('lib/credit/trampoline.ts', `import './CreditSubject.js';`)])).toEqual([
      `lib/credit/trampoline.ts reaches 'rxjs' through lib/credit/CreditSubject.ts`,
    ]);
  });
});

describe('the bans of the linter', () => {
  const linter = new Linter();
  const lint = (code: string, rules: object): string[] =>
    linter
      .verify(code, [{ plugins: { '@typescript-eslint': tseslint.plugin }, rules: rules }])
      .map(({ message }) => message);

  it.each([
    'Date.now();',
    'new Date();',
    'Date();',
    'performance.now();',
    'setTimeout(f, 1);',
    'setInterval(f, 1);',
    'setImmediate(f);',
    'queueMicrotask(f);',
    'process.nextTick(f);',
    'Math.random();',
    'globalThis.setTimeout(f, 1);',
    'globalThis.Math.random();',
    'const { now } = Date;',
  ])('C12: refuses %s', (code) => {
    expect(lint(code, timeAndChance).join()).toContain('rule C12');
  });

  it.each(['scheduler.now();', 'new Date(at);', 'scheduler.schedule(f, 1);'])('C12: allows %s', (code) => {
    expect(lint(code, timeAndChance)).toEqual([]);
  });

  it.each([`import 'rxjs/internal/Subscriber';`, `import 'node:fs';`, `import 'fs';`])('refuses %s', (code) => {
    expect(lint(code, foreignImports)).toHaveLength(1);
  });

  it('allows the public entrances of rxjs', () => {
    expect(lint(`import { Observable } from 'rxjs'; import 'rxjs/testing';`, foreignImports)).toEqual([]);
  });
});
