import { areaPath, linePath, niceMost, type Area, type Point } from './chart.js';
import { breakable, element, graphic, setAttribute, setText } from './dom.js';
import { count, milliseconds, percent, rate } from './format.js';
import type { History, StageSample } from './History.js';

/** A column: what is written and what is drawn. */
interface Column {
  readonly title: string;
  readonly unit: string;
  readonly text: (sample: StageSample) => string;
  readonly note: (sample: StageSample, most: number) => string;
  readonly value: (sample: StageSample) => number | null;
  /** The top of the scale; undefined: as the values need. */
  readonly most?: (sample: StageSample) => number;
}

const COLUMNS: readonly Column[] = [
  {
    title: 'Rate',
    unit: 'records/s',
    text: (sample) => rate(sample.rate),
    note: (_, most) => `scale to ${count(most)}`,
    value: (sample) => sample.rate,
  },
  {
    title: 'Inbox',
    unit: 'fill',
    text: ({ stage }) => percent(stage.fill),
    note: ({ stage }) => `${count(stage.inFlight)} of ${count(stage.capacity)} held`,
    value: ({ stage }) => stage.fill,
    most: () => 1,
  },
  {
    title: 'Credit',
    unit: 'available',
    text: ({ stage }) => count(stage.credit),
    note: ({ stage }) => (stage.throttleMs > 0 ? `slowed ${milliseconds(stage.throttleMs)} ms` : 'not slowed'),
    value: ({ stage }) => Math.max(0, stage.credit),
    most: ({ stage }) => Math.max(1, stage.capacity),
  },
  {
    title: 'Latency, ms',
    unit: 'p50 · p95 · p99',
    text: ({ stage: { latency } }) =>
      latency === null ? '–' : [latency.p50, latency.p95, latency.p99].map(milliseconds).join(' · '),
    note: ({ stage }, most) => (stage.latency === null ? 'nothing timed' : `p95, scale to ${count(most)}`),
    value: ({ stage }) => stage.latency?.p95 ?? null,
  },
  {
    title: 'Pressure',
    unit: '0 to 1',
    text: ({ stage }) => stage.pressure.toFixed(2),
    note: ({ stage }) => (stage.errorRate > 0.0005 ? `${(stage.errorRate * 100).toFixed(1)} % fails` : 'nothing fails'),
    value: ({ stage }) => stage.pressure,
    most: () => 1,
  },
];

/** Each stage over time. */
export class StageTable {
  readonly root = element('section', { class: 'panel', 'aria-labelledby': 'table-title' });
  private readonly title = element('h2', { id: 'table-title' });
  private readonly body = element('tbody');
  private readonly rows = new Map<string, readonly Cell[]>();
  private shape = '';

  constructor() {
    const titles = COLUMNS.map(({ title, unit }) =>
      element('th', { scope: 'col' }, title, element('span', { class: 'unit' }, unit)),
    );
    const head = element('thead', {}, element('tr', {}, element('th', { scope: 'col' }, 'Stage'), ...titles));
    this.root.append(this.title, element('table', { class: 'over-time' }, head, this.body));
  }

  draw(history: History, now: number): void {
    const { windowMs } = history;
    setText(this.title, `The last ${String(windowMs / 1000)} seconds`);
    const latest = history.latest();
    const shape = JSON.stringify(latest.map(({ stage }) => stage.name));
    if (shape !== this.shape) this.rebuild(latest);
    this.shape = shape;
    for (const sample of latest) {
      const samples = history.stages.get(sample.stage.name) ?? [];
      const isPresent = history.present.has(sample.stage.name);
      for (const cell of this.rows.get(sample.stage.name) ?? [])
        cell.draw(sample, samples, [now - windowMs, now], isPresent);
    }
  }

  private rebuild(latest: readonly StageSample[]): void {
    this.rows.clear();
    const rows = latest.map(({ stage: { name } }) => {
      const cells = COLUMNS.map((column) => new Cell(name, column));
      this.rows.set(name, cells);
      return element('tr', {}, element('th', { scope: 'row' }, ...breakable(name)), ...cells.map(({ root }) => root));
    });
    this.body.replaceChildren(...rows);
  }
}

const WIDTH = 160;
const HEIGHT = 30;

class Cell {
  readonly root = element('td');
  private readonly text = element('span', { class: 'now' });
  private readonly note = element('span', { class: 'note' });
  private readonly picture = graphic('svg', {
    class: 'spark',
    viewBox: `0 0 ${String(WIDTH)} ${String(HEIGHT)}`,
    preserveAspectRatio: 'none',
    role: 'img',
  });
  private readonly area = graphic('path', { class: 'area' });
  private readonly line = graphic('path', { class: 'line' });

  constructor(
    private readonly stage: string,
    private readonly column: Column,
  ) {
    this.picture.append(this.area, this.line);
    this.root.append(this.text, this.picture, this.note);
  }

  draw(
    latest: StageSample,
    samples: readonly StageSample[],
    [from, to]: readonly [number, number],
    isPresent: boolean,
  ): void {
    const { title, unit, text, note, value, most } = this.column;
    const points = samples.map((sample): Point => [sample.at, value(sample)]);
    const highest = Math.max(0, ...points.map(([, height]) => height ?? 0));
    const scale = most?.(latest) ?? niceMost(highest);
    const area: Area = { width: WIDTH, height: HEIGHT - 1, from, to, most: scale };
    setAttribute(this.line, 'd', linePath(points, area));
    setAttribute(this.area, 'd', areaPath(points, area));
    setText(this.text, isPresent ? text(latest) : '–');
    setText(this.note, isPresent ? note(latest, scale) : 'has ended');
    setAttribute(this.picture, 'aria-label', `${title} of ${this.stage} (${unit}), now ${text(latest)}`);
  }
}
