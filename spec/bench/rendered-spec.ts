import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BEGIN, END, replaceBlock } from '../../bench/markdown.js';
import { renderReadme } from '../../bench/renderReadme.js';
import { renderReport } from '../../bench/renderReport.js';
import type { Results } from '../../bench/Results.js';

const read = (path: string): string => readFileSync(join(process.cwd(), path), 'utf8');
const results = JSON.parse(read('bench/results.json')) as Results;

/** Where one of these fails: `npm run bench -- --render`, and look at what has changed. */
describe('what npm run bench has written', () => {
  const readme = read('README.md');

  it('has its place in the README', () => {
    expect(readme).toContain(BEGIN);
    expect(readme).toContain(END);
  });
  it('is in the README as results.json has it', () => expect(readme).toBe(replaceBlock(readme, renderReadme(results))));
  it('is in docs/benchmarks.md as results.json has it', () => {
    expect(read('docs/benchmarks.md')).toBe(renderReport(results));
  });
});
