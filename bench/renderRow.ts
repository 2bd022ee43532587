import {
  formatBytes,
  formatCount,
  formatLatency,
  formatMilliseconds,
  formatPower,
  formatRate,
  formatRatio,
} from './format.js';
import { left, renderTable, right } from './markdown.js';
import type { Cell, RowResult } from './Results.js';
import type { Row } from './rows.js';
import { median, ratios, spread } from './statistics.js';

/** The tables of one row of the bench, each a piece of markdown. */
export function renderRow(row: Row, result: RowResult): string[] {
  const sizes = [...new Set(result.cells.map(({ records }) => records))];
  const tables = sizes.flatMap((records) => {
    const cells = result.cells.filter((cell) => cell.records === records);
    return [`${formatPower(records)} records:`, renderCells(row, cells), ...leftOut(row, records)];
  });
  return row.kind === 'async' && sizes.length > 1 ? [...tables, ...renderFlatness(result, sizes)] : tables;
}

function renderCells(row: Row, cells: readonly Cell[]): string {
  switch (row.kind) {
    case 'sync':
    case 'async':
    case 'pass':
      return renderSpeed(row.ours, cells);
    case 'slow':
      return renderTable(
        [left(''), right('live at most'), right('heap grew by')],
        cells.map((cell) => [
          cell.contender,
          formatCount(median(rounds(cell, 'peakLive'))),
          formatBytes(Math.max(0, median(rounds(cell, 'heapGrowth')))),
        ]),
      );
    case 'stage':
      return renderStages(cells);
    case 'deep':
      return renderTable(
        [left(''), right('to the first record'), right('to the last'), right('to cancel'), right('together')],
        cells.map((cell) => [
          cell.contender,
          ...['subscribe', 'records', 'cancel', 'total'].map((name) => formatMilliseconds(median(rounds(cell, name)))),
        ]),
      );
  }
}

function renderSpeed(ours: readonly string[], cells: readonly Cell[]): string {
  const references = cells.filter(({ contender }) => ours.includes(contender));
  return renderTable(
    [
      left(''),
      right('records/s'),
      right('least–greatest'),
      ...references.map(({ contender }) => right(`${contender}, against it`)),
    ],
    cells.map((cell) => {
      const speed = spread(rounds(cell, 'perSecond'));
      return [
        cell.contender,
        formatRate(speed.median),
        `${formatRate(speed.least)}–${formatRate(speed.greatest)}`,
        ...references.map((reference) =>
          reference === cell
            ? ''
            : formatRatio(spread(ratios(rounds(reference, 'perSecond'), rounds(cell, 'perSecond')))),
        ),
      ];
    }),
  );
}

/** The most that the documentation of FLINK.NET states for a stage. */
const STATED_PER_SECOND = 2000;

function renderStages(cells: readonly Cell[]): string {
  return renderTable(
    [
      left(''),
      right('records/s'),
      right('least–greatest'),
      right('half of it'),
      right('p50 then'),
      right('p99 then'),
      right('FLINK.NET, stated'),
      right('against it'),
    ],
    cells.map((cell) => {
      const speed = spread(rounds(cell, 'perSecond'));
      return [
        cell.contender,
        formatRate(speed.median),
        `${formatRate(speed.least)}–${formatRate(speed.greatest)}`,
        formatRate(median(rounds(cell, 'pacedAt'))),
        formatLatency(median(rounds(cell, 'p50'))),
        formatLatency(median(rounds(cell, 'p99'))),
        `1,000–${formatCount(STATED_PER_SECOND)}, 5–20 ms`,
        `× ${formatCount(speed.median / STATED_PER_SECOND)}`,
      ];
    }),
  );
}

/** Who slows down with the number of records. */
function renderFlatness(result: RowResult, sizes: readonly number[]): string[] {
  const fewest = Math.min(...sizes);
  const names = [...new Set(result.cells.map(({ contender }) => contender))];
  const speedAt = (contender: string, records: number): number | null => {
    const cell = result.cells.find((each) => each.contender === contender && each.records === records);
    return cell === undefined ? null : median(rounds(cell, 'perSecond'));
  };
  return [
    `Records/s by the number of records, and how much of the speed at ${formatPower(fewest)} is left at the most:`,
    renderTable(
      [left(''), ...sizes.map((records) => right(formatPower(records))), right('left')],
      names.map((name) => {
        const speeds = sizes.map((records) => speedAt(name, records));
        const measured = speeds.filter((speed) => speed !== null);
        const kept = measured.length < 2 ? '' : (measured.at(-1)! / measured[0]!).toFixed(2);
        return [name, ...speeds.map((speed) => (speed === null ? '' : formatRate(speed))), kept];
      }),
    ),
  ];
}

function leftOut(row: Row, records: number): string[] {
  const names = row.contenders.filter(({ atMost = Infinity }) => records > atMost).map(({ name }) => name);
  return names.length === 0 ? [] : [`Not measured with so many records: ${names.join(', ')}.`];
}

function rounds(cell: Cell, metric: string): readonly number[] {
  const values = cell.metrics[metric];
  if (values === undefined) throw new Error(`${cell.contender} has no ${metric} at ${cell.records} records`);
  return values;
}
