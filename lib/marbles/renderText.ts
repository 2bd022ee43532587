import type { Scenario, ScenarioEvent, ScenarioEventKind } from '../observability/scenario/Scenario.js';
import { timeUnit, type TimeUnit } from './axisLayout.js';
import { checkScenario } from './checkScenario.js';
import { SluiceError } from '../credit/SluiceError.js';
import { show } from '../options/checkOptions.js';
import { shorten } from './textWidth.js';

export interface TextOptions {
  /** Characters from side to side, 40 to 1000. Default 100. */
  readonly width?: number | undefined;
}

interface Row {
  readonly title: string;
  /** What stands between two times: a line, or nothing. */
  readonly between: '-' | ' ';
  readonly cells: ReadonlyMap<number, string>;
  /** The line ends there. */
  readonly end: number;
}

/** Rows below a lane, one for each kind of event. */
const SUB_ROWS: readonly (readonly [kind: ScenarioEventKind, title: string])[] = [
  ['request', 'grants'],
  ['ack', 'succeeded'],
  ['nack', 'failed'],
  ['drop', 'dropped'],
  ['deadLetter', 'dead letters'],
  ['park', 'parked'],
];
const MEASURES = { credit: 'credit', fill: 'inbox', pressure: 'pressure' } as const;
const LONGEST_SILENCE = 10;
const LONGEST_LABEL = 12;

/**
 * A scenario as text marbles: one row for each lane, and below it grants, what became of records, credit, inbox and
 * pressure, each value where it changes. Equal times stand in equal columns. Silence is drawn shorter than it was; the
 * first row has the times.
 *
 * @throws SluiceError OPTION where the scenario or an option makes no sense; it names what and where
 *
 * @example
 * console.log(renderText(recorder.scenario('Slow sink')));
 */
export function renderText(scenario: Scenario, { width = 100 }: TextOptions = {}): string {
  checkScenario(scenario);
  if (!(Number.isSafeInteger(width) && width >= 40 && width <= 1000)) {
    throw new SluiceError('OPTION', `renderText: option width is ${show(width)}; give a whole number, 40 to 1000`);
  }
  const rows = rowsOf(scenario);
  const unit = timeUnit(longest(scenario));
  const margin = Math.max(8, ...rows.map(({ title }) => title.length)) + 2;
  const lines = systemsOf(rows, width - margin).flatMap((columns) => [
    '',
    `${`time, ${unit.name}`.padEnd(margin)}${axis(columns, unit)}`.trimEnd(),
    ...rows.map((row) => `${row.title.padEnd(margin)}${draw(row, columns)}`.trimEnd()),
  ]);
  const description = scenario.description === undefined ? [] : [scenario.description];
  return `${[scenario.title, ...description, ...lines].join('\n')}\n`;
}

interface TextColumn {
  readonly time: number;
  readonly at: number;
}

function rowsOf({ lanes, events, series }: Scenario): Row[] {
  const sorted = [...events].sort((a, b) => a.time - b.time);
  return lanes.flatMap(({ name }) => {
    const here = sorted.filter(({ lane }) => lane === name);
    const main = here.filter(({ kind }) => kind === 'next' || kind === 'error' || kind === 'complete');
    const ends = main.filter(({ kind }) => kind !== 'next');
    const lane: Row = { title: name, between: '-', cells: group(main), end: ends[0]?.time ?? Infinity };
    const below = SUB_ROWS.map(([kind, title]) => sub(title, group(here.filter((event) => event.kind === kind))));
    const measured = series
      .filter((one) => one.lane === name)
      .map(({ measure, points }) => sub(MEASURES[measure], changes(points)));
    return [lane, ...[...below, ...measured].filter(({ cells }) => cells.size > 0)];
  });
}

function sub(title: string, cells: ReadonlyMap<number, string>): Row {
  return { title: `  ${title}`, between: ' ', cells, end: -1 };
}

/** What happened at one time stands in parentheses. */
function group(events: readonly ScenarioEvent[]): Map<number, string> {
  const byTime = new Map<number, ScenarioEvent[]>();
  for (const event of events) {
    const there = byTime.get(event.time);
    if (there === undefined) byTime.set(event.time, [event]);
    else there.push(event);
  }
  return new Map([...byTime].map(([time, there]) => [time, write(there)]));
}

function write(events: readonly ScenarioEvent[]): string {
  if (events[0]?.kind === 'request') {
    const sum = events.reduce((count, { n }) => count + (n ?? Infinity), 0);
    return sum === Infinity ? '*' : String(sum);
  }
  const texts = events.map(({ kind, label = '' }) =>
    kind === 'complete' ? '|' : kind === 'error' ? '#' : shorten(label, LONGEST_LABEL),
  );
  const space = texts.some(({ length }) => length > 1) ? ' ' : '';
  return texts.length === 1 ? texts.join('') : `(${texts.join(space)})`;
}

/** The values where they change; of several at one time the last. */
function changes(points: readonly (readonly [number, number])[]): Map<number, string> {
  const last = new Map(points);
  const cells = new Map<number, string>();
  let before = '';
  for (const [time, value] of last) {
    const text = Number.isInteger(value) ? String(value) : value.toFixed(2);
    if (text !== before) cells.set(time, text);
    before = text;
  }
  return cells;
}

/** Equal times in equal columns, in as many systems as are needed. */
function systemsOf(rows: readonly Row[], width: number): TextColumn[][] {
  const times = [...new Set(rows.flatMap(({ cells }) => [...cells.keys()]))].sort((a, b) => a - b);
  const shortest = Math.min(...times.slice(1).map((time, index) => time - (times[index] ?? 0)));
  const systems: TextColumn[][] = [];
  let columns: TextColumn[] = [];
  let end = 0;
  times.forEach((time, index) => {
    const wide = Math.max(1, ...rows.map(({ cells }) => cells.get(time)?.length ?? 0));
    const before = columns[columns.length - 1];
    const passed = (time - (times[index - 1] ?? 0)) / shortest;
    let at = before === undefined ? 0 : Math.max(end + 1, before.at + Math.min(LONGEST_SILENCE, Math.round(passed)));
    if (columns.length === 0 || at + wide > width) {
      at = 0;
      systems.push((columns = []));
    }
    columns.push({ time, at });
    end = at + wide;
  });
  return systems.length === 0 ? [[]] : systems;
}

function draw({ cells, between, end }: Row, columns: readonly TextColumn[]): string {
  let line = '';
  for (const { time, at } of columns) {
    if (time > end && between === '-') break;
    line = `${line.padEnd(at, between)}${cells.get(time) ?? ''}`;
  }
  return line;
}

function axis(columns: readonly TextColumn[], unit: TimeUnit): string {
  let line = '';
  for (const { time, at } of columns) {
    if (line === '' || at > line.length) line = `${line.padEnd(at)}${unit.write(time)}`;
  }
  return line;
}

function longest({ events, series }: Pick<Scenario, 'events' | 'series'>): number {
  const last = series.map(({ points }) => points[points.length - 1]?.[0] ?? 0);
  return [...last, ...events.map(({ time }) => time)].reduce((most, time) => Math.max(most, time), 0);
}
