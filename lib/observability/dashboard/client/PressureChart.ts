import { areaPath, linePath, xOf, yOf, type Area } from './chart.js';
import { element, graphic } from './dom.js';
import type { History, Sample } from './History.js';

const HEIGHT = 150;
const RIBBON = 18;
const LEFT = 30;
const TOP = 6;
const BELOW = 46;

/** Where the health bands begin. */
const BANDS = [
  [0.3, 'moderate'],
  [0.6, 'high'],
  [0.8, 'critical'],
] as const;

/** So many colours for causes; more of them share the last one. */
const COLOURS = 7;

/** Overall pressure over time, and below it who was the bottleneck when. */
export class PressureChart {
  readonly root = element('section', { class: 'panel', 'aria-labelledby': 'pressure-title' });
  private readonly picture = graphic('svg', { class: 'chart', role: 'img' });
  private readonly causes: string[] = [];
  private readonly names = element('p', { class: 'legend causes' });
  private redraw: () => void = () => undefined;

  constructor() {
    const legend = element('p', { class: 'legend' });
    legend.append(element('span', { class: 'key overall' }), 'overall', element('span', { class: 'key mean' }), 'mean');
    const title = element('h2', { id: 'pressure-title' }, 'Pressure');
    this.root.append(element('div', { class: 'head' }, title, legend), this.picture, this.names);
    new ResizeObserver(() => this.redraw()).observe(this.root);
  }

  draw({ samples, windowMs }: History, now: number): void {
    this.redraw = () => this.drawAt(samples, now - windowMs, now);
    this.redraw();
  }

  private drawAt(samples: readonly Sample[], from: number, to: number): void {
    const width = Math.max(200, this.root.clientWidth - 2 * PADDING);
    const area: Area = { width: width - LEFT - 2, height: HEIGHT, from, to, most: 1 };
    const overall = samples.map(({ at, overall: value }) => [at, value] as const);
    const mean = samples.map(({ at, mean: value }) => [at, value] as const);
    const plot = graphic('g', { transform: `translate(${String(LEFT)} ${String(TOP)})` });
    plot.append(...this.scale(area), graphic('path', { class: 'area', d: areaPath(overall, area) }));
    plot.append(graphic('path', { class: 'line mean', d: linePath(mean, area) }));
    plot.append(graphic('path', { class: 'line', d: linePath(overall, area) }), ...this.ribbon(samples, area));
    const height = TOP + HEIGHT + BELOW;
    this.picture.setAttribute('viewBox', `0 0 ${String(width)} ${String(height)}`);
    this.picture.setAttribute('height', String(height));
    const last = samples.at(-1);
    const said = `Overall pressure over time, now ${(last?.overall ?? 0).toFixed(2)}; bottleneck: ${last?.bottleneck?.stage ?? 'none'}`;
    this.picture.setAttribute('aria-label', said);
    this.picture.replaceChildren(plot);
    this.nameCauses(samples);
  }

  private scale(area: Area): SVGElement[] {
    const lines = [[0, ''], ...BANDS, [1, '']] as const;
    const rows = lines.flatMap(([level, word]) => {
      const y = yOf(level, area);
      const label = graphic('text', { class: 'tick end', x: -6, y: y + 4 }, String(level));
      const line = graphic('line', { class: 'grid', x1: 0, x2: area.width, y1: y, y2: y });
      return word === '' ? [line, label] : [line, label, graphic('text', { class: 'tick', x: 4, y: y - 3 }, word)];
    });
    const times = [3, 2, 1, 0].map((thirds) => {
      const seconds = ((area.to - area.from) / 3000) * thirds;
      const x = xOf(area.to - seconds * 1000, area);
      const place = thirds === 3 ? '' : seconds === 0 ? ' end' : ' middle';
      const words = seconds === 0 ? 'now' : `−${String(Math.round(seconds))} s`;
      return graphic('text', { class: `tick${place}`, x, y: HEIGHT + RIBBON + 22 }, words);
    });
    return [...rows, ...times];
  }

  /** One stretch for each time that a stage was the bottleneck. */
  private ribbon(samples: readonly Sample[], area: Area): SVGElement[] {
    const stretches: { readonly cause: string | null; readonly from: number; to: number }[] = [];
    for (const { at, bottleneck } of samples) {
      const cause = bottleneck?.stage ?? null;
      const last = stretches.at(-1);
      if (last !== undefined) last.to = at;
      if (last === undefined || last.cause !== cause) stretches.push({ cause, from: at, to: at });
    }
    const track = graphic('rect', {
      class: 'track',
      x: 0,
      y: HEIGHT + 6,
      width: area.width,
      height: RIBBON - 4,
      rx: 2,
    });
    const pieces = stretches.flatMap(({ cause, from, to }) => {
      if (cause === null || to <= from) return [];
      const x = xOf(from, area);
      const piece = graphic('rect', {
        class: `cause-${String(this.colourOf(cause))}`,
        ...{ x, y: HEIGHT + 6, width: xOf(to, area) - x, height: RIBBON - 4 },
      });
      piece.append(graphic('title', {}, `${cause} was the bottleneck`));
      return [piece];
    });
    return [track, ...pieces];
  }

  private nameCauses(samples: readonly Sample[]): void {
    const seen = new Set(samples.flatMap(({ bottleneck }) => bottleneck?.stage ?? []));
    const keys = this.causes
      .filter((cause) => seen.has(cause))
      .flatMap((cause) => [element('span', { class: `key cause-${String(this.colourOf(cause))}` }), cause]);
    this.names.replaceChildren(keys.length === 0 ? 'No bottleneck so far.' : 'Bottleneck: ', ...keys);
  }

  /** A cause keeps its colour. */
  private colourOf(cause: string): number {
    if (!this.causes.includes(cause)) this.causes.push(cause);
    return Math.min(COLOURS - 1, this.causes.indexOf(cause));
  }
}

/** Of a panel, in pixels. */
const PADDING = 16;
