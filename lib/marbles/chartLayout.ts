import type { ScenarioSeries } from '../observability/scenario/Scenario.js';
import { placeText, px, SIZES, type Sheet, type Tone } from './Layout.js';
import { xAt, type System } from './timeColumns.js';

/** Where a chart stands: the names left, the scale between them and the plot. */
export interface ChartFrame {
  readonly top: number;
  readonly nameX: number;
  readonly scaleX: number;
  readonly left: number;
  readonly right: number;
}

type Point = readonly [time: number, value: number];

const HEIGHT = 36;
const MARGIN = 8;
/** How much room a change of pressure takes, at the most. */
const TURN = 14;

export const CHART_NAMES = { credit: 'credit', fill: 'inbox', pressure: 'pressure' } as const;

/** Series that are drawn into each other, on one scale. */
export interface Chart {
  readonly series: readonly ScenarioSeries[];
  /** The smallest and the largest value in the whole scenario. */
  readonly least: number;
  readonly most: number;
}

/** The charts of one lane: credit and inbox have one scale, pressure has its own. */
export function chartsOf(series: readonly ScenarioSeries[], lane: string): Chart[] {
  const of = (measure: ScenarioSeries['measure']): ScenarioSeries[] =>
    series.filter((one) => one.lane === lane && one.measure === measure && one.points.length > 0);
  return [[...of('fill'), ...of('credit')], of('pressure')]
    .filter(({ length }) => length > 0)
    .map((together) => ({ series: together, ...rangeOf(together) }));
}

function rangeOf(series: readonly ScenarioSeries[]): { least: number; most: number } {
  let least = 0;
  let most = 1;
  for (const { points, limit = 0 } of series) {
    most = Math.max(most, limit);
    for (const [, value] of points) {
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
  }
  return { least, most };
}

/** Draws series that share one scale, and returns where their chart ends. */
export function placeChart(
  sheet: Sheet,
  { top, nameX, scaleX, left, right }: ChartFrame,
  { series, least, most }: Chart,
  system: System,
  isLast: boolean,
): number {
  const bottom = top + HEIGHT;
  const y = (value: number): number => bottom - ((value - least) / (most - least)) * HEIGHT;

  const x = (time: number): number => (time > system.to || (time === system.to && !isLast) ? right : xAt(system, time));

  sheet.strokes.push({ role: 'limit', path: `M${px(left)} ${px(y(0))}H${px(right)}`, title: null });
  series.forEach(({ measure, points }, row) => {
    const tone: Tone = measure;
    sheet.texts.push(placeText(CHART_NAMES[measure], nameX, top + 11 + row * 15, tone, SIZES.small));
    const here = within(points, system.from, system.to, isLast);
    if (here.length === 0) return;
    const last = here[here.length - 1]?.[1] ?? 0;
    const stop = isLast ? x(system.to) : right;
    if (measure === 'pressure')
      placeCurve(
        sheet,
        here.map(([time, value]) => [x(time), y(value)]),
        [stop, y(last)],
        y(0),
      );
    else
      placeSteps(
        sheet,
        measure,
        here.map(([time, value]) => [x(time), y(value)]),
        stop,
        y(0),
        titleOf(measure, here),
      );
  });
  const scale = (value: number, baseline: number) =>
    placeText(format(value), scaleX, baseline, 'muted', SIZES.small, { anchor: 'end' });
  sheet.texts.push(scale(most, top + 9), scale(least, bottom + 1));
  return bottom + MARGIN + 4;
}

/** What holds at the beginning of the system, and each change within it. */
function within(points: readonly Point[], from: number, to: number, isLast: boolean): Point[] {
  const after = firstAfter(points, from);
  const start = after === 0 ? [] : [[from, points[after - 1]?.[1] ?? 0] as const];
  const end = isLast ? points.length : firstFrom(points, to);
  return [...start, ...points.slice(after, end)];
}

const firstAfter = (points: readonly Point[], time: number): number => firstWhere(points, (at) => at > time);
const firstFrom = (points: readonly Point[], time: number): number => firstWhere(points, (at) => at >= time);

/** The index of the first point whose time is so; `isSo` holds for all behind it too. */
function firstWhere(points: readonly Point[], isSo: (time: number) => boolean): number {
  let low = 0;
  let high = points.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isSo(points[middle]?.[0] ?? 0)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function placeSteps(
  sheet: Sheet,
  role: 'credit' | 'fill',
  points: readonly Point[],
  stop: number,
  zero: number,
  title: string,
): void {
  const [first] = points;
  if (first === undefined) return;
  let path = `M${px(first[0])} ${px(first[1])}`;
  let height = px(first[1]);
  for (const { x, heights } of byPixel(points.slice(1))) {
    if (heights.length === 1 && heights[0] === height) continue;
    path += `H${x}`;
    for (const to of heights) path += `V${to}`;
    height = heights[heights.length - 1] ?? height;
  }
  path += `H${px(stop)}`;
  if (role === 'fill') {
    sheet.strokes.push({ role: 'fill', path: `${path}V${px(zero)}H${px(first[0])}Z`, title });
    sheet.strokes.push({ role: 'fillEdge', path, title: null });
  } else sheet.strokes.push({ role, path, title });
}

/** Steps that fall into the same pixel are drawn as one: as far as they went up and down, and where they ended. */
function byPixel(points: readonly Point[]): { x: number; heights: number[] }[] {
  const columns: { x: number; heights: number[] }[] = [];
  for (const [x, y] of points) {
    const last = columns[columns.length - 1];
    const height = px(y);
    if (last === undefined || x - last.x >= 1) columns.push({ x: px(x), heights: [height] });
    else if (last.heights.length === 1 && last.x === px(x)) last.heights[0] = height;
    else {
      const all = [...last.heights, height];
      last.heights = [Math.min(...all), Math.max(...all), height];
    }
  }
  return columns;
}

/** Holds each value until shortly before the next, and goes there in a curve that never goes past either. */
function placeCurve(sheet: Sheet, points: readonly Point[], stop: Point, zero: number): void {
  const [first] = points;
  if (first === undefined) return;
  let [fromX, fromY] = first;
  let path = `M${px(fromX)} ${px(fromY)}`;
  for (const [x, y] of [...peaks(points.slice(1)), stop]) {
    const turn = Math.max(fromX, x - TURN);
    const middle = px((turn + x) / 2);
    path += `H${px(turn)}C${middle} ${px(fromY)} ${middle} ${px(y)} ${px(x)} ${px(y)}`;
    [fromX, fromY] = [x, y];
  }
  sheet.strokes.push({ role: 'pressureArea', path: `${path}V${px(zero)}H${px(first[0])}Z`, title: null });
  sheet.strokes.push({ role: 'pressure', path, title: 'pressure' });
}

/** Of values that are closer together than can be drawn, the highest pressure. */
function peaks(points: readonly Point[]): Point[] {
  const kept: Point[] = [];
  for (const point of points) {
    const last = kept[kept.length - 1];
    if (last === undefined || point[0] - last[0] >= 4) kept.push(point);
    else if (point[1] < last[1]) kept[kept.length - 1] = [last[0], point[1]];
  }
  return kept;
}

function titleOf(measure: 'credit' | 'fill', points: readonly Point[]): string {
  const values = points.map(([, value]) => value);
  const what = measure === 'credit' ? 'credit granted and not yet used' : 'records in the inbox and in work';
  const [least, most] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
  return `${what}, between ${format(least)} and ${format(most)}`;
}

/** A number as it is written on a scale. */
export function format(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(2);
}
