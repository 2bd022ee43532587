import { afterAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

describe('docs/serve.md', () => {
  const page = readFileSync(join(process.cwd(), 'docs/serve.md'), 'utf8');
  const programs = [...page.matchAll(/```ts\n([\s\S]*?)```\n+```text\n([\s\S]*?)```/g)];
  mkdirSync('.cache', { recursive: true });
  // Inside the package, so that 'sluice' means its build.
  const folder = mkdtempSync(join(process.cwd(), '.cache/serve-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('has two programs, each with what it prints', () => {
    expect(programs).toHaveLength(2);
    expect(page.match(/```ts/g)).toHaveLength(2);
  });

  it.each(programs.map(([, code, output], index) => [index, code ?? '', output ?? ''] as const))(
    'program %i prints what is written below it',
    async (index, code, output) => {
      const file = join(folder, `program${String(index)}.ts`);
      writeFileSync(file, code);
      const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--import', 'tsx', file]);
      expect([stderr, stdout]).toEqual(['', output]);
    },
    30_000,
  );
});
