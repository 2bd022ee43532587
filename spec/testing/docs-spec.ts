import { afterAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { errorsOfTypes } from '../helpers/errorsOfTypes.js';

describe('docs/testing.md', () => {
  const page = readFileSync(join(process.cwd(), 'docs/testing.md'), 'utf8');
  mkdirSync('.cache', { recursive: true });
  // Inside the package, so that 'sluice' means its build.
  const folder = mkdtempSync(join(process.cwd(), '.cache/testing-'));
  const files = [...page.matchAll(/```ts\n(?:\/\/ (\w+\.ts)\n)?([\s\S]*?)```(?:\n+```text\n([\s\S]*?)```)?/g)].map(
    ([, name, code, output]) => {
      const file = join(folder, name ?? 'nameless.ts');
      writeFileSync(file, code ?? '');
      return { name, file, output };
    },
  );
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('names each of its files', () => {
    expect(files.map(({ name }) => name)).toEqual([
      'marbles.ts',
      'failure.ts',
      'hand.ts',
      'queue.ts',
      'queueInMarbles.ts',
      'laws.ts',
      'broken.ts',
    ]);
  });

  it.each(files.filter(({ output }) => output !== undefined))(
    '$name prints what is written below it',
    async ({ file, output }) => {
      const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--import', 'tsx', file]);
      expect([stderr, stdout]).toEqual(['', output]);
    },
    30_000,
  );

  it('has no program with an error of types', () => {
    expect(errorsOfTypes(files.map(({ file }) => file))).toEqual([]);
  }, 60_000);
});
