import { readFile, mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { buildMeasure } from './buildMeasure.js';
import { measureBundles } from './bundleSizes.js';
import { measureRow } from './interleave.js';
import { replaceBlock } from './markdown.js';
import { renderReadme } from './renderReadme.js';
import { renderReport } from './renderReport.js';
import { renderRow } from './renderRow.js';
import type { Results, RowResult } from './Results.js';
import { ROWS } from './rows.js';

/**
 * `npm run bench` measures everything, saves it in bench/results.json, and renders README.md and docs/benchmarks.md.
 * `-- --render` only renders; `-- --quick` and `-- row …` measure less and print it only. `-- --save row …` puts whole rows
 * in the place of those that were saved: what is compared is compared within a row, which is measured in one go.
 */
const ROOT = join(import.meta.dirname, '..');
const RESULTS = join(ROOT, 'bench/results.json');
const README = join(ROOT, 'README.md');
const REPORT = join(ROOT, 'docs/benchmarks.md');
const PEERS = ['effect', 'p-map', 'p-queue', 'rxjs', 'streaming-iterables'];

const { values: flags, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    render: { type: 'boolean', default: false },
    save: { type: 'boolean', default: false },
  },
});
const unknown = wanted.filter((id) => ROWS.every((row) => row.id !== id));
if (unknown.length > 0)
  throw new Error(`no row ${unknown.join(', ')}; there are ${ROWS.map(({ id }) => id).join(', ')}`);

if (flags.render) await render(JSON.parse(await readFile(RESULTS, 'utf8')) as Results);
else if (flags.save && wanted.length > 0) {
  const saved = JSON.parse(await readFile(RESULTS, 'utf8')) as Results;
  const again = await measureRows(wanted, false);
  const rows = saved.rows.map((row) => again.find(({ id }) => id === row.id) ?? row);
  const results: Results = { ...saved, rows };
  await save(RESULTS, JSON.stringify(results), 'json');
  await render(results);
} else if (flags.quick || wanted.length > 0) await measureRows(wanted, flags.quick);
else {
  const results: Results = {
    machine: {
      cores: availableParallelism(),
      node: process.version,
      platform: `${process.platform} ${process.arch}`,
      date: new Date().toISOString().slice(0, 10),
    },
    versions: Object.fromEntries(await Promise.all(PEERS.map(async (name) => [name, await versionOf(name)]))),
    rows: await measureRows([], false),
    sizes: await measureBundles(ROOT),
  };
  await save(RESULTS, JSON.stringify(results), 'json');
  await render(results);
}

async function measureRows(ids: readonly string[], quick: boolean): Promise<RowResult[]> {
  const results: RowResult[] = [];
  const script = await buildMeasure(ROOT);
  for (const row of ROWS) {
    if (ids.length > 0 && !ids.includes(row.id)) continue;
    const result = await measureRow(script, row, quick ? row.quickSizes : row.sizes, quick ? 1 : row.rounds, report);
    results.push(result);
    console.log(['', `## ${row.title}`, ...renderRow(row, result)].join('\n\n'));
  }
  return results;
}

async function render(results: Results): Promise<void> {
  await mkdir(join(ROOT, 'docs'), { recursive: true });
  await writeFile(REPORT, renderReport(results));
  await writeFile(README, replaceBlock(await readFile(README, 'utf8'), renderReadme(results)));
  console.log(`\n${renderReadme(results)}`);
}

async function save(path: string, text: string, parser: string): Promise<void> {
  await writeFile(path, await format(text, { ...(await resolveConfig(path)), parser }));
}

async function versionOf(name: string): Promise<string> {
  const manifest = JSON.parse(await readFile(join(ROOT, 'node_modules', name, 'package.json'), 'utf8')) as {
    version: string;
  };
  return manifest.version;
}

/** One line that is written over, where there is a terminal. */
function report(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}
