import { readBudgets, type Budget } from './budgets.js';
import { CAPABILITIES, ENTRANTS, type Capability } from './facts.js';
import { formatBytes, formatCount, formatLatency, formatRate, formatRatio } from './format.js';
import { left, renderTable, right } from './markdown.js';
import { renderRow } from './renderRow.js';
import type { Results } from './Results.js';
import { ROWS } from './rows.js';
import type { Spread } from './statistics.js';

/** docs/benchmarks.md: all that was measured, with its spread. */
export function renderReport(results: Results): string {
  const { cores, node, platform, date } = results.machine;
  const versions = Object.entries(results.versions).map(([name, version]) => `${name} ${version}`);
  return `${[
    '# Benchmarks',
    'This page is written by `npm run bench`; `npm run bench -- --render` writes it again from `bench/results.json`, ' +
      '`npm run bench -- --quick` makes a short run and prints it only.',
    `Measured on ${cores} cores (${platform}), Node ${node}, ${date}, with ${versions.join(', ')}.`,
    'Each measurement runs in a process of its own, after a warm-up. Of a speed, the fastest run within a second ' +
      'counts, by the clock or by processor time, whichever is less, so that other processes on the machine count ' +
      'little. A round measures every contender once, one after the other; what is shown is the median of the rounds. ' +
      'Ratios are taken within a round, and shown as median (least–greatest). Each peer is written as its own ' +
      'documentation recommends, in `bench/contenders/`.',
    '## Budgets',
    renderBudgets(readBudgets(results)),
    ...ROWS.flatMap((row) => {
      const result = results.rows.find(({ id }) => id === row.id);
      return result === undefined ? [] : [`## ${row.title}`, row.explanation, ...renderRow(row, result)];
    }),
    '## Size of a minimal program',
    'Bundled for a browser by esbuild, minified and gzipped. The first number leaves out rxjs, for users of RxJS who ' +
      'have it already.',
    renderSizes(results),
    '## Yes and no',
    'What the table in the README says without a measurement, and why.',
    renderFacts(),
  ].join('\n\n')}\n`;
}

function renderBudgets(budgets: readonly Budget[]): string {
  return renderTable(
    [left('budget'), right('measured'), left('holds')],
    budgets.map(({ text, measured, unit, holds }) => [text, show(measured, unit), holds ? 'yes' : '**no**']),
  );
}

function show(measured: Spread, unit: Budget['unit']): string {
  switch (unit) {
    case 'times':
      return formatRatio(measured);
    case 'ms':
      return range(measured, formatLatency);
    case 'rate':
      return range(measured, formatRate);
    case 'records':
      return formatCount(measured.median);
  }
}

function range({ median, least, greatest }: Spread, format: (value: number) => string): string {
  return `${format(median)} (${format(least)}–${format(greatest)})`;
}

function renderSizes({ sizes }: Results): string {
  return renderTable(
    [left(''), right('without rxjs'), right('with all it needs')],
    sizes.map(({ contender, own, total }) => [contender, formatBytes(own), formatBytes(total)]),
  );
}

function renderFacts(): string {
  const capabilities = Object.keys(CAPABILITIES) as Capability[];
  return renderTable(
    [left('question'), left(''), left('answer'), left('because')],
    capabilities.flatMap((capability) =>
      ENTRANTS.map(({ name, facts }) => [
        CAPABILITIES[capability],
        name,
        facts[capability].answer,
        facts[capability].reason,
      ]),
    ),
  );
}
