import type { Scenario, ScenarioEventKind, ScenarioMeasure } from '../observability/scenario/Scenario.js';
import { MARK_HEIGHT } from './cells.js';
import { placeText, px, SIZES, type Sheet } from './Layout.js';
import { shorten } from './textWidth.js';

const KINDS: readonly (readonly [kind: ScenarioEventKind, text: string, width: number])[] = [
  ['next', 'record', MARK_HEIGHT],
  ['request', 'credit granted', 8],
  ['complete', 'complete', 4],
  ['error', 'error', 14],
  ['ack', 'succeeded', 24],
  ['nack', 'failed', 24],
  ['drop', 'dropped', 24],
  ['deadLetter', 'dead letter', 24],
  ['park', 'parked', 24],
];
const MEASURES: readonly (readonly [measure: ScenarioMeasure, text: string])[] = [
  ['credit', 'credit outstanding'],
  ['fill', 'inbox and work'],
  ['pressure', 'pressure'],
];

const ROW = 28;
const SPACE = 20;
const MOST_KEYS = 8;
const LONGEST_KEY = 14;

interface Entry {
  readonly text: string;
  readonly width: number;
  readonly draw: (x: number, y: number) => void;
}

/** Explains what is in the picture, and nothing else, in rows. Returns where it ends. */
export function placeLegend(
  sheet: Sheet,
  scenario: Scenario,
  colours: ReadonlyMap<string, number>,
  { left, right, top }: Record<'left' | 'right' | 'top', number>,
): number {
  let x = left;
  let y = top + ROW / 2;
  for (const { text, width, draw } of entriesOf(sheet, scenario, colours)) {
    const end = placeText(text, x + width + 7, y + 4, 'muted', SIZES.small);
    const entryWidth = width + 7 + end.box.width;
    if (x > left && x + entryWidth > right) {
      x = left;
      y += ROW;
    }
    draw(x, y);
    sheet.texts.push(placeText(text, x + width + 7, y + 4, 'muted', SIZES.small));
    x += entryWidth + SPACE;
  }
  return y + ROW / 2;
}

function entriesOf(sheet: Sheet, { events, series }: Scenario, colours: ReadonlyMap<string, number>): Entry[] {
  const kinds = new Set(events.map(({ kind }) => kind));
  const measures = new Set(series.map(({ measure }) => measure));
  const mark = (kind: ScenarioEventKind, text: string, width: number, colour: number | null): Entry => ({
    text,
    width,
    draw: (x, y) => {
      const height = kind === 'request' ? width : MARK_HEIGHT;
      sheet.marks.push({ x: x + width / 2, y, width, height, kind, colour, title: `legend: ${text}`, text: null });
    },
  });
  const keys = new Set(events.flatMap(({ key, label }) => (key === undefined || key === label ? [] : [key])));
  const line = (measure: ScenarioMeasure, text: string): Entry => ({
    text,
    width: 24,
    draw: (x, y) => {
      const path =
        measure === 'pressure'
          ? `M${px(x)} ${px(y + 6)}C${px(x + 12)} ${px(y + 6)} ${px(x + 12)} ${px(y - 6)} ${px(x + 24)} ${px(y - 6)}`
          : `M${px(x)} ${px(y - 6)}h12v12h12`;
      if (measure === 'fill') sheet.strokes.push({ role: 'fill', path: `${path}h-24Z`, title: null });
      sheet.strokes.push({ role: measure === 'fill' ? 'fillEdge' : measure, path, title: null });
    },
  });
  return [
    ...KINDS.filter(([kind]) => kinds.has(kind)).map(([kind, text, width]) => mark(kind, text, width, null)),
    ...(hasRetries(sheet) ? [retryEntry(sheet)] : []),
    ...MEASURES.filter(([measure]) => measures.has(measure)).map(([measure, text]) => line(measure, text)),
    ...[...keys]
      .slice(0, MOST_KEYS)
      .map((key) => mark('next', shorten(key, LONGEST_KEY), MARK_HEIGHT, colours.get(key) ?? null)),
  ];
}

function hasRetries({ strokes }: Sheet): boolean {
  return strokes.some(({ role }) => role === 'retry');
}

function retryEntry(sheet: Sheet): Entry {
  return {
    text: 'tried again',
    width: 26,
    draw: (x, y) => {
      const head = `M${px(x + 19)} ${px(y)}l5 4l2 -6`;
      const path = `M${px(x)} ${px(y + 4)}C${px(x + 5)} ${px(y - 9)} ${px(x + 19)} ${px(y - 9)} ${px(x + 24)} ${px(y + 4)}${head}`;
      sheet.strokes.push({ role: 'retry', path, title: null });
    },
  };
}
