import type { RunReport } from 'sluice';
import type { Comparison } from './compareKeys.js';
import type { StageHistory } from './Gauges.js';
import type { Journal } from './Journal.js';
import { mayPass, type Redrive } from './Redrive.js';
import type { SourceWatch } from './SourceWatch.js';

/** The receipt of `run`, and beside it the bound that the peak of live records must keep to. */
export function receiptLine(report: RunReport, bound: number): string {
  return `${String(report)} of at most ${bound}`;
}

/** What each stage did, and how it fared. */
export function stageLines({ stages }: RunReport, history: readonly StageHistory[]): string[] {
  const head = row('stage', ['passed on', 'gave up', 'pressure', 'highest', 'throttle', 'bottleneck']);
  const lines = stages.map(({ stage, passedOn, settledHere }) => {
    const seen = history.find(({ name }) => name === stage);
    const pressures = seen === undefined ? ['', ''] : [seen.meanPressure.toFixed(2), seen.highestPressure.toFixed(2)];
    const throttle = `${Math.ceil(seen?.longestThrottleMs ?? 0)} ms`;
    const share = `${Math.round((seen?.bottleneckShare ?? 0) * 100)} %`;
    return row(stage, [String(passedOn), String(settledHere), ...pressures, throttle, share]);
  });
  return lines.length === 0 ? [] : [head, ...lines, ''];
}

/** What the books cannot say: which records, and how the source fared. */
export function detailLines(report: RunReport, journal: Journal, source: SourceWatch, elapsed: number): string[] {
  const { filtered, live } = journal;
  return [
    ...(filtered > 0 ? [labelled('filtered', `${filtered} taxiing or parked: not in flight`)] : []),
    ...(report.cancelled > 0
      ? [labelled('abandoned', `${report.cancelled}, between lines ${Math.min(...live)} and ${Math.max(...live)}`)]
      : []),
    labelled('source', `${count(source.rows, 'row')} in ${seconds(elapsed)}, ${stops(source)}`),
  ];
}

/** The dead letters by stage and code. */
export function letterLines({ letterGroups }: Journal): string[] {
  const lines = letterGroups.map(
    ({ stage, code, count, example }) => `${String(count).padStart(6)} ${stage} ${code}, ${example}`,
  );
  return lines.length === 0 ? [] : ['dead letters, and the first of each kind:', ...lines, ''];
}

/** Tells of what a redrive would be for, where there was none. */
export function hintLines({ letterGroups }: Journal): string[] {
  const sum = letterGroups.filter(mayPass).reduce((sum, { count }) => sum + count, 0);
  return sum === 0
    ? []
    : [labelled('may pass', `${count(sum, 'dead letter')}: npm start -- --redrive sends them in again`)];
}

/** What became of the letters that went in again. */
export function redriveLine({ sent }: Redrive, { recovered, failedAgain }: Journal): string {
  if (sent === null) return labelled('redriven', 'nothing: the end was not reached');
  const left = sent - recovered - failedAgain;
  const parts = [
    `${recovered} delivered`,
    `${failedAgain} dead letters again`,
    ...(left > 0 ? [`${left} abandoned`] : []),
  ];
  return labelled('redriven', `${count(sent, 'record')}: ${parts.join(', ')}`);
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

const WIDTHS = [10, 9, 10, 9, 10, 12];

function row(name: string, cells: readonly string[]): string {
  return name.padEnd(17) + cells.map((cell, column) => cell.padStart(WIDTHS[column] ?? 0)).join('');
}
