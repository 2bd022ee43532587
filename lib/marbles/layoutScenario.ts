import type { Scenario, ScenarioEvent } from '../observability/scenario/Scenario.js';
import { SluiceError } from '../credit/SluiceError.js';
import { show } from '../options/checkOptions.js';
import { placeAxis, timeUnit } from './axisLayout.js';
import { cellsOf, halfWidth, type Cell, type Windows } from './cells.js';
import { CHART_NAMES, chartsOf, format, placeChart } from './chartLayout.js';
import { checkScenario } from './checkScenario.js';
import { placeLane, type LaneState } from './laneLayout.js';
import { placeText, SIZES, type Layout, type Sheet } from './Layout.js';
import { placeLegend } from './legendLayout.js';
import { shorten, textWidth, wrap } from './textWidth.js';
import { placeColumns, type System } from './timeColumns.js';

export interface LayoutOptions {
  /** Pixels from side to side, 360 to 4000. Default 860. */
  readonly width?: number | undefined;
  /** Milliseconds of the scenario to begin with. Default 0. */
  readonly from?: number | undefined;
  /** Milliseconds of the scenario to end with. Default its end. */
  readonly to?: number | undefined;
}

const MARGIN = 20;
const LONGEST_NAME = 18;
const COLUMN_GAP = 6;
const SILENCE = 24;
/** More events than these are counted in windows of time. */
const MOST_EVENTS = 800;
const WINDOWS = 40;
const STEP = 72;
const BETWEEN_SYSTEMS = 14;

/**
 * Where everything of a picture stands: bands, lines, marks and texts, as data. Records that come at the same time are
 * stacked, silence is drawn short where there is not enough room, and a run that is too long for one line goes on in
 * the next. Of more than 800 events, those within one span of time are counted, not drawn; `from` and `to` show a part
 * of them record by record.
 *
 * @throws SluiceError OPTION where the scenario or an option makes no sense; it names what and where
 */
export function layoutScenario(scenario: Scenario, options: LayoutOptions = {}): Layout {
  checkScenario(scenario);
  const { width = 860, from = 0, to = Infinity } = options;
  checkNumber('width', width, 360, 4000);
  checkNumber('from', from, 0, Infinity);
  if (Number.isNaN(to) || to < from) refuse('to', to, 'give milliseconds that come after from');
  const shown = windowOf(scenario, from, to);
  const colours = coloursOf(scenario.events);
  const gutter = gutterOf(shown);
  const left = MARGIN + gutter;
  const right = width - MARGIN;
  const end = Math.max(from, Math.min(to, Math.max(shown.duration ?? 0, lastTime(shown))));
  const windows = windowsOf(shown, from, end);
  const cells = cellsOf(shown, colours, windows);
  const charts = shown.lanes.map(({ name }) => chartsOf(shown.series, name));
  const systems = systemsOf(cells, from, end, left + 6, right - 6);

  const sheet: Sheet = { bands: [], strokes: [], marks: [], texts: [] };
  let y = placeHead(sheet, shown, width, windows);
  const states = shown.lanes.map((): LaneState => ({ failed: new Map(), ended: false }));
  const unit = timeUnit(end);
  systems.forEach((system, index) => {
    const isLast = index === systems.length - 1;
    const lanesTop = y;
    states.forEach((state, lane) => {
      const name = shown.lanes[lane]?.name ?? '';
      const top = y;
      const frame = { name: shorten(name, LONGEST_NAME), top, nameX: MARGIN, left, right };
      y = placeLane(sheet, frame, cells[lane] ?? new Map<number, Cell>(), system, state);
      for (const chart of charts[lane] ?? []) {
        y = placeChart(sheet, { top: y + 2, nameX: MARGIN, scaleX: left - 6, left, right }, chart, system, isLast);
      }
      if (lane % 2 === 0) sheet.bands.push({ x: MARGIN / 2, y: top, width: width - MARGIN, height: y - top });
    });
    y = placeAxis(sheet, { nameX: MARGIN, left, right, top: y, lanesTop }, system, unit) + BETWEEN_SYSTEMS;
  });
  y = placeLegend(sheet, shown, windows === null ? colours : new Map(), {
    left: MARGIN,
    right,
    top: y - BETWEEN_SYSTEMS + 6,
  });
  return { ...sheet, width, height: Math.ceil(y + 8), title: scenario.title, description: describe(scenario) };
}

/** The part of a scenario between two times. Series keep what held when it began. */
export function windowOf(scenario: Scenario, from: number, to: number): Scenario {
  const events = [...scenario.events].sort((a, b) => a.time - b.time);
  if (from === 0 && to === Infinity) return { ...scenario, events };
  return { ...scenario, events: events.filter(({ time }) => time >= from && time <= to) };
}

/** Each key has the next colour, in the order in which keys come. */
export function coloursOf(events: readonly ScenarioEvent[]): Map<string, number> {
  const colours = new Map<string, number>();
  for (const { kind, key, label } of events) {
    const name = key ?? label;
    if (name === undefined || kind === 'request' || kind === 'error' || kind === 'complete') continue;
    if (!colours.has(name)) colours.set(name, colours.size);
  }
  return colours;
}

/** The names, and between them and the lines the numbers of the scales. */
function gutterOf({ lanes, series }: Scenario): number {
  const names = lanes.map(({ name }) => textWidth(shorten(name, LONGEST_NAME), SIZES.name, true));
  const charts = lanes
    .flatMap(({ name }) => chartsOf(series, name))
    .flatMap(({ series: together, least, most }) => {
      const scale = Math.max(...[least, most].map((value) => textWidth(format(value), SIZES.small, false)));
      return together.map(({ measure }) => textWidth(CHART_NAMES[measure], SIZES.small, false) + 8 + scale + 6);
    });
  const fixed = [textWidth('time, ms', SIZES.small, false) + 16, textWidth('grants', SIZES.small, false)];
  return Math.ceil(Math.max(...names, ...charts, ...fixed)) + 10;
}

function systemsOf(
  cells: readonly ReadonlyMap<number, Cell>[],
  from: number,
  end: number,
  left: number,
  right: number,
): System[] {
  const halves = new Map<number, number>([[from, 0]]);
  for (const lane of cells) {
    for (const [time, cell] of lane) halves.set(time, Math.max(halves.get(time) ?? 0, halfWidth(cell)));
  }
  if (!halves.has(end)) halves.set(end, 0);
  const times = [...halves.keys()].sort((a, b) => a - b);
  const widths = times.map((time) => halves.get(time) ?? 0);
  return placeColumns(times, widths, { left, right, gap: COLUMN_GAP, silence: SILENCE, step: STEP });
}

/** Round spans of time, such as people count in. */
function windowsOf({ events }: Scenario, from: number, end: number): Windows | null {
  if (events.length <= MOST_EVENTS || end <= from) return null;
  const least = (end - from) / WINDOWS;
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 5, 10].find((step) => step * power >= least) ?? 10;
  return { from, span: factor * power };
}

function placeHead(
  sheet: Sheet,
  { title, description, events }: Scenario,
  width: number,
  windows: Windows | null,
): number {
  const room = width - 2 * MARGIN;
  let y = MARGIN + 14;
  for (const line of wrap(title, room, SIZES.title * 1.12)) {
    sheet.texts.push(placeText(line, MARGIN, y, 'title', SIZES.title, { bold: true }));
    y += 22;
  }
  for (const line of wrap(description ?? '', room, SIZES.body)) {
    sheet.texts.push(placeText(line, MARGIN, y, 'muted', SIZES.body));
    y += 17;
  }
  if (windows !== null) {
    const note = `${String(events.length)} events, counted in windows of ${String(windows.span)} ms.`;
    for (const line of wrap(note, room, SIZES.body)) {
      sheet.texts.push(placeText(line, MARGIN, y, 'muted', SIZES.body));
      y += 17;
    }
  }
  return y - 2;
}

function describe({ description, lanes, events, omitted = 0 }: Scenario): string {
  const parts = [
    description ?? '',
    `${String(events.length)} events on ${String(lanes.length)} lanes: ${lanes.map(({ name }) => name).join(', ')}.`,
    omitted === 0 ? '' : `${String(omitted)} earlier events were not kept.`,
  ];
  return parts.filter((part) => part !== '').join(' ');
}

function lastTime({ events, series }: Scenario): number {
  const ofSeries = series.map(({ points }) => points[points.length - 1]?.[0] ?? 0);
  return Math.max(0, events[events.length - 1]?.time ?? 0, ...ofSeries);
}

function checkNumber(option: string, value: number, least: number, most: number): void {
  if (!(value >= least && value <= most) || value === Infinity) {
    refuse(option, value, most === Infinity ? `give ${least} or more` : `give ${least} to ${most}`);
  }
}

function refuse(option: string, value: number, remedy: string): never {
  throw new SluiceError('OPTION', `layoutScenario: option ${option} is ${show(value)}; ${remedy}`);
}
