import type { Scenario, ScenarioEvent } from '../observability/scenario/Scenario.js';
import { SIZES } from './Layout.js';
import { shorten, textWidth } from './textWidth.js';

/** One mark with its size, before it has a place. */
export interface Sized {
  readonly kind: ScenarioEvent['kind'] | 'more';
  readonly width: number;
  readonly text: string;
  readonly colour: number | null;
  readonly title: string;
  /** What it is about; null where that is several events. */
  readonly event: ScenarioEvent | null;
}

/** All that happened on one lane at one time. */
export interface Cell {
  /** On the line, the first event lowest. */
  readonly stack: Sized[];
  /** Below the line: records that left here. */
  readonly exits: Sized[];
  /** Null: no grant. */
  readonly grant: Sized | null;
  /** The end of the stream, right of all else. */
  readonly end: Sized | null;
}

export const MARK_HEIGHT = 22;
/** Room for the icon of a chip. */
export const ICON = 13;
/** How many marks are put on top of each other; the rest is counted. */
const HIGHEST_STACK = 8;
const MOST_EXITS = 3;
const LONGEST_LABEL = 10;
const TITLES_OF_THE_REST = 12;
const END_GAP = 5;
/** Where the number of a grant begins, right of its triangle's centre. */
export const GRANT_TEXT = 8;

const isExit = ({ kind }: ScenarioEvent): boolean => kind === 'drop' || kind === 'deadLetter' || kind === 'park';
const isChip = ({ kind }: ScenarioEvent): boolean => kind === 'ack' || kind === 'nack';

/** Spans of time that are drawn as one, where there is too much to draw each event. */
export interface Windows {
  readonly from: number;
  /** Milliseconds from the beginning of one to the beginning of the next. */
  readonly span: number;
}

/** The cells of every lane by time; with windows by the time at which each of them begins. */
export function cellsOf(
  { events, lanes }: Scenario,
  colours: ReadonlyMap<string, number>,
  windows: Windows | null,
): Map<number, Cell>[] {
  const byLane = new Map(lanes.map(({ name }) => [name, new Map<number, ScenarioEvent[]>()]));
  for (const event of events) {
    const lane = byLane.get(event.lane);
    const time = windows === null ? event.time : windowAt(event.time, windows);
    const there = lane?.get(time);
    if (there === undefined) lane?.set(time, [event]);
    else there.push(event);
  }
  const cell = (there: readonly ScenarioEvent[], time: number): Cell =>
    windows === null ? cellOf(there, time, colours) : countedCell(there, time, windows.span);
  return [...byLane.values()].map((lane) => new Map([...lane].map(([time, there]) => [time, cell(there, time)])));
}

function windowAt(time: number, { from, span }: Windows): number {
  return from + Math.floor((time - from) / span) * span;
}

/** A window: how many there were of each kind. */
function countedCell(events: readonly ScenarioEvent[], time: number, span: number): Cell {
  const byKind = new Map<ScenarioEvent['kind'], ScenarioEvent[]>();
  for (const event of events) {
    const there = byKind.get(event.kind);
    if (there === undefined) byKind.set(event.kind, [event]);
    else there.push(event);
  }
  const when = `from ${String(time)} to ${String(time + span)} ms`;
  const counted = (kinds: readonly ScenarioEvent['kind'][]): Sized[] =>
    kinds.flatMap((kind) => {
      const there = byKind.get(kind);
      if (there === undefined) return [];
      const text = String(there.length);
      const shown = kind === 'next' ? 'more' : kind;
      const title = `${text} ${kind === 'next' ? 'records' : VERBS[kind]} ${when}`;
      return [{ kind: shown, width: widthOf(shown, text), text, colour: null, title, event: null }];
    });
  const grants = byKind.get('request');
  const end = byKind.get('error')?.[0] ?? byKind.get('complete')?.[0];
  return {
    stack: counted(['next', 'ack', 'nack']),
    exits: counted(['drop', 'deadLetter', 'park']),
    grant: grants === undefined ? null : grantOf(grants, when),
    end: end === undefined ? null : sizeOf(end, new Map()),
  };
}

function cellOf(events: readonly ScenarioEvent[], time: number, colours: ReadonlyMap<string, number>): Cell {
  const sized = (event: ScenarioEvent): Sized => sizeOf(event, colours);
  const grants = events.filter(({ kind }) => kind === 'request');
  const end = events.find(({ kind }) => kind === 'error' || kind === 'complete');
  return {
    stack: upTo(HIGHEST_STACK, events.filter((event) => event.kind === 'next' || isChip(event)).map(sized)),
    exits: upTo(MOST_EXITS, events.filter(isExit).map(sized)),
    grant: grants.length === 0 ? null : grantOf(grants, `at ${String(time)} ms`),
    end: end === undefined ? null : sized(end),
  };
}

/** Left and right of its time, in pixels. */
export function halfWidth(cell: Cell): number {
  const half = Math.max(
    0,
    ...[...cell.stack, ...cell.exits].map(({ width }) => width / 2),
    (cell.grant?.width ?? 0) / 2,
  );
  return cell.end === null ? half : endOffset(cell, cell.end.width) + cell.end.width / 2;
}

/** How far right of its time the end of the stream stands. */
export function endOffset({ stack }: Cell, width: number): number {
  return stack.length === 0 ? 0 : Math.max(...stack.map((mark) => mark.width / 2)) + END_GAP + width / 2;
}

/** What is written on a record's mark. */
export function labelOf({ label, kind }: Pick<ScenarioEvent, 'label' | 'kind'>): string {
  return kind === 'error' || kind === 'complete' ? '' : shorten(label ?? '', LONGEST_LABEL);
}

function sizeOf(event: ScenarioEvent, colours: ReadonlyMap<string, number>): Sized {
  const { kind, time, label = '', key = label, detail } = event;
  const text = labelOf(event);
  const words =
    kind === 'next' || isChip(event) || isExit(event) ? [label, VERBS[kind], attempt(event)] : [VERBS[kind], label];
  const said = [...words, `at ${String(time)} ms`].filter((word) => word !== '').join(' ');
  const title = detail === undefined ? said : `${said}: ${detail}`;
  return { kind, width: widthOf(kind, text), text, colour: colours.get(key) ?? null, title, event };
}

const VERBS: Readonly<Record<ScenarioEvent['kind'], string>> = {
  next: '',
  error: 'error',
  complete: 'complete',
  request: 'grant',
  ack: 'succeeded',
  nack: 'failed',
  drop: 'dropped',
  deadLetter: 'dead letter',
  park: 'parked',
};

function attempt({ kind, n }: ScenarioEvent): string {
  return n === undefined || kind === 'request' ? '' : `attempt ${String(n)}`;
}

function widthOf(kind: Sized['kind'], text: string): number {
  if (kind === 'complete') return 4;
  if (kind === 'error') return 14;
  const width = textWidth(text, SIZES.mark, true);
  if (kind !== 'next' && kind !== 'more') return Math.max(MARK_HEIGHT + 4, width + ICON + 16);
  return Math.max(MARK_HEIGHT, Math.ceil(width) + 12);
}

function grantOf(grants: readonly ScenarioEvent[], when: string): Sized {
  const count = grants.reduce((sum, { n }) => sum + (n ?? Infinity), 0);
  const text = count === Infinity ? '∞' : String(count);
  const width = 2 * (GRANT_TEXT + textWidth(text, SIZES.small, false));
  const what = count === Infinity ? 'unbounded demand' : `${text} granted`;
  return { kind: 'request', width, text, colour: null, title: `${what} ${when}`, event: null };
}

function upTo(most: number, marks: Sized[]): Sized[] {
  if (marks.length <= most) return marks;
  const rest = marks.splice(most - 1);
  const text = `+${String(rest.length)}`;
  const titles = rest.slice(0, TITLES_OF_THE_REST).map(({ title }) => title);
  if (rest.length > titles.length) titles.push('…');
  return [
    ...marks,
    {
      kind: 'more',
      width: widthOf('more', text),
      text,
      colour: null,
      title: `${text} more: ${titles.join(', ')}`,
      event: null,
    },
  ];
}
