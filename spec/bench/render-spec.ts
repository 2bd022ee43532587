import { describe, expect, it } from '@jest/globals';
import { readBudgets } from '../../bench/budgets.js';
import { CAPABILITIES, ENTRANTS, type Capability } from '../../bench/facts.js';
import { renderReadme } from '../../bench/renderReadme.js';
import { renderReport } from '../../bench/renderReport.js';
import { renderRow } from '../../bench/renderRow.js';
import { ROWS, type Row } from '../../bench/rows.js';
import { fabricate } from './fabricate.js';

const row = (id: string): Row => ROWS.find((each) => each.id === id)!;

describe('the table of the README', () => {
  const text = renderReadme(fabricate());
  const lineOf = (name: string): string => text.split('\n').find((line) => line.startsWith(`| ${name}`)) ?? '';

  it('has a line for each entrant, Sluice first', () => {
    expect(text.split('\n').slice(2, 2 + ENTRANTS.length)).toEqual(ENTRANTS.map(({ name }) => lineOf(name)));
    expect(ENTRANTS[0]?.bundle).toBe('Sluice');
  });

  it('shows medians of what was measured', () => {
    expect(lineOf('Sluice')).toMatch(/ 256 \|.* 11\.0 kB \+ rxjs 5\.00 kB \| +2\.00 M \|$/);
    expect(lineOf('p-map')).toMatch(/ 50 \|.* 1\.00 kB \| +1\.00 M \|$/);
  });

  it('says what becomes of p-queue without its bound', () => {
    expect(lineOf('p-queue')).toContain('151 (1,000,000 without `onSizeLessThan`)');
  });

  it('says where Sluice is not first', () => {
    expect(text).toContain('Sluice is not first in: live records (p-map: 50), size (Node streams: 0).');
  });

  it('says so where Sluice is slower', () => {
    const slower = renderReadme(fabricate({ 'Sluice stage': 100_000 }));
    expect(slower).toContain('records/s (p-queue: 1.00 M)');
  });

  it('says how fast synchronous stages are', () => {
    expect(renderReadme(fabricate({ 'RxJS map, iterable': 21_400_000 }))).toContain(
      'records/s: Sluice 2.00 M; RxJS `map`, which has no back pressure, 21.4 M; Effect Stream 1.00 M with',
    );
  });

  it('says where and when', () => expect(text).toContain('2 cores, Node v20.0.0, 2026-01-31'));

  it('fails where a measurement is missing', () => {
    expect(() => renderReadme({ ...fabricate(), rows: [] })).toThrow('the results have no peakLive of Sluice stage');
    expect(() => renderReadme({ ...fabricate(), sizes: [] })).toThrow('the results have no size of Sluice');
  });
});

describe('what is said without a measurement', () => {
  it.each(ENTRANTS.map(({ name, facts }) => [name, facts] as const))('%s: each answer has its reason', (_, facts) => {
    for (const capability of Object.keys(CAPABILITIES) as Capability[])
      expect(facts[capability].reason).toMatch(/^.{10,}\.$/);
  });

  it('names contenders that are measured', () => {
    const names = (id: string): string[] => row(id).contenders.map(({ name }) => name);
    for (const { slowSink, slowSinkOtherwise, async } of ENTRANTS) {
      expect(names('slow-sink')).toContain(slowSink);
      if (slowSinkOtherwise !== undefined) expect(names('slow-sink')).toContain(slowSinkOtherwise.contender);
      expect(names('async-50')).toContain(async);
    }
  });
});

describe('the table of a row', () => {
  it('shows the ratio of each round: the median, the least and the greatest', () => {
    const [, table] = renderRow(row('permits'), {
      id: 'permits',
      cells: [
        { contender: 'Sluice, run(flow)', records: 1000, metrics: { perSecond: [1e6, 3e6, 2e6] } },
        { contender: 'a peer', records: 1000, metrics: { perSecond: [2e6, 2e6, 2e6] } },
      ],
    });
    expect(table?.split('\n').slice(2)).toEqual([
      '| Sluice, run(flow) |    2.00 M |  1.00 M–3.00 M |                               |',
      '| a peer            |    2.00 M |  2.00 M–2.00 M |              1.00 (0.50–1.50) |',
    ]);
  });

  it('shows who slows down with the number of records, and who was left out', () => {
    const text = renderRow(row('async-50'), {
      id: 'async-50',
      cells: [
        { contender: 'Sluice stage', records: 10_000, metrics: { perSecond: [2e6] } },
        { contender: 'RxJS mergeMap', records: 10_000, metrics: { perSecond: [1e6] } },
        { contender: 'Sluice stage', records: 1_000_000, metrics: { perSecond: [1.9e6] } },
      ],
    }).join('\n');
    expect(text).toContain('Not measured with so many records: RxJS mergeMap.');
    expect(text).toMatch(/\| Sluice stage +\| 2\.00 M \| 1\.90 M \| 0\.95 \|/);
    expect(text).toMatch(/\| RxJS mergeMap +\| 1\.00 M \| +\| +\|/);
  });
});

describe('the table of the ready stages', () => {
  const [, table] = renderRow(row('each-stage'), {
    id: 'each-stage',
    cells: [
      {
        contender: 'gateway',
        records: 1000,
        metrics: { perSecond: [3e6, 4e6, 5e6], pacedAt: [2e6], p50: [0.0031], p99: [0.25] },
      },
    ],
  });

  it('shows the latency at half of the maximum, and the reference beside it', () => {
    expect(table?.split('\n')[2]).toMatch(
      /^\| gateway \| +4\.00 M \| +3\.00 M–5\.00 M \| +2\.00 M \| +3\.10 µs \| +250 µs \| +1,000–2,000, 5–20 ms \| +× 2,000 \|$/,
    );
  });
});

describe('the budgets', () => {
  it('hold or do not, by the median', () => {
    const holds = (results = fabricate()): boolean[] =>
      readBudgets(results)
        .filter(({ text }) => text.startsWith('Sluice stage') && text.includes('p-map'))
        .map((budget) => budget.holds);
    expect(holds()).toEqual([true, true, true]);
    expect(holds(fabricate({ 'Sluice stage': 500_000 }))).toEqual([false, false, false]);
  });

  it('are left out where nothing was measured', () => expect(readBudgets({ ...fabricate(), rows: [] })).toEqual([]));

  it('name only what is measured', () => {
    expect(readBudgets(fabricate())).toHaveLength(37);
  });
});

describe('the report', () => {
  const text = renderReport(fabricate());

  it('has every row, and the command that makes it', () => {
    for (const { title } of ROWS) expect(text).toContain(`## ${title}`);
    expect(text).toContain('npm run bench');
  });

  it('ends with one line break', () => expect(text).toMatch(/[^\n]\n$/));
});
