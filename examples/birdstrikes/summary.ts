import type { RunReport } from 'sluice';
import type { Comparison } from './compareKeys.js';
import type { Journal } from './Journal.js';
import type { SourceWatch } from './SourceWatch.js';

/** The receipt of `run`, and beside it the bound that the peak of live records must keep to. */
export function receiptLine(report: RunReport, bound: number): string {
  return `${String(report)} of at most ${bound}`;
}

/** What the receipt cannot say: which records, why, and how the source fared. */
export function detailLines(report: RunReport, journal: Journal, source: SourceWatch, elapsed: number): string[] {
  const { filtered, live, reasonsByCount } = journal;
  return [
    ...(filtered > 0 ? [labelled('filtered', `${filtered} taxiing or parked: not in flight`)] : []),
    ...reasonsByCount.map((reason) =>
      labelled('dead letters', `${reason.count} ${reason.text}, first in line ${reason.firstLine}`),
    ),
    ...(report.cancelled > 0
      ? [labelled('abandoned', `${report.cancelled}, between lines ${Math.min(...live)} and ${Math.max(...live)}`)]
      : []),
    labelled('source', `${count(source.rows, 'row')} in ${seconds(elapsed)}, ${stops(source)}`),
  ];
}

function stops({ stops, stoppedMilliseconds }: SourceWatch): string {
  return stops === 0 ? 'never stopped' : `${seconds(stoppedMilliseconds)} of it stopped, ${count(stops, 'time')}`;
}

/** What became of the promise that the first signal made. */
export function pullsLine(pullsAfterSignal: number): string {
  return labelled('after signal', count(pullsAfterSignal, 'pull'));
}

export function keysLine({ text }: Comparison): string {
  return labelled('keys', text);
}

export function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

function labelled(label: string, text: string): string {
  return `${label.padEnd(12)}  ${text}`;
}
