import { afterAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import ts from 'typescript';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** A program of a page, and what the page says that it prints. */
interface Snippet {
  readonly title: string;
  readonly code: string;
  readonly output: string;
}

const snippetsOf = (page: string): Snippet[] =>
  [...page.matchAll(/^## (.*)$|```ts\n([\s\S]*?)```\n+```text\n([\s\S]*?)```/gm)].reduce<{
    at: string;
    all: Snippet[];
  }>(
    ({ at, all }, [, heading, code, output]) =>
      heading === undefined
        ? { at, all: [...all, { title: at, code: code ?? '', output: output ?? '' }] }
        : { at: heading, all },
    { at: '', all: [] },
  ).all;

const FOUR_HEADINGS = ['Configuration tuning', 'Monitoring', 'Error handling', 'Performance optimization'];

/** The pages with programs, and the headings below which they stand. */
const PAGES: readonly (readonly [string, readonly string[]])[] = [
  ['docs/tuning.md', FOUR_HEADINGS],
  ['docs/pictures.md', ['From a test', 'From a running pipeline']],
  ['docs/reactive-streams.md', ['A flow as a Publisher', 'A Publisher as a source', 'A pipeline as a Processor']],
  [
    'docs/fan-out.md',
    [
      'broadcast: every record to every branch',
      'broadcast: every record to every branch',
      'balance: each record to one branch',
    ],
  ],
  [
    'docs/interop.md',
    [
      'Foreign Observables',
      'Promises and async generators',
      'AbortSignal',
      'lastValueFrom and firstValueFrom',
      'takeUntil',
      'retry around a whole pipeline',
      'share, shareReplay, connectable',
      'expand, switchMap, groupBy',
      'Streams',
    ],
  ],
  ['docs/fan-in.md', ['mergeFlowables', 'zipFlowables', 'concatFlowables']],
  ['docs/partition-by.md', ['By key', 'By the partition of keyGen']],
];

describe.each(PAGES)('%s', (path, programs) => {
  const page = readFileSync(join(ROOT, path), 'utf8');
  const snippets = snippetsOf(page);
  mkdirSync(join(ROOT, '.cache'), { recursive: true });
  // Inside the package, so that 'sluice' means its build.
  const folder = mkdtempSync(join(ROOT, '.cache/snippets-'));
  const files = snippets.map(({ code }, index) => {
    const file = join(folder, `snippet${String(index)}.ts`);
    writeFileSync(file, code);
    return file;
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('has a program, and what it prints, below each of its headings', () => {
    expect(snippets.map(({ title }) => title)).toEqual(programs);
    expect(page.match(/```ts/g)).toHaveLength(snippets.length);
  });

  it.each(snippets.map(({ title, output }, index) => [title, output, index] as const))(
    '%s: prints what is written below it',
    async (_, output, index) => {
      const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--import', 'tsx', files[index] ?? ''], {
        cwd: ROOT,
      });
      expect([stderr, stdout]).toEqual(['', output]);
    },
    30_000,
  );

  it('has no program with an error of types', () => {
    const program = ts.createProgram(files, {
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      target: ts.ScriptTarget.ES2022,
      strict: true,
      skipLibCheck: true,
      noEmit: true,
      types: ['node'],
    });
    const errors = files.flatMap((file) =>
      ts
        .getPreEmitDiagnostics(program, program.getSourceFile(file))
        .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' ')),
    );
    expect(errors).toEqual([]);
  }, 60_000);
});

describe('docs/tuning.md', () => {
  it('has the four headings of the reference system', () => {
    const page = readFileSync(join(ROOT, 'docs/tuning.md'), 'utf8');
    expect([...page.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading)).toEqual(FOUR_HEADINGS);
  });
});
