import type { ScenarioMeasure, ScenarioSeries } from './Scenario.js';

/** A number over time, written down where it changes. Of several values at one time the last one counts. */
export class SeriesLog {
  private readonly points: [time: number, value: number][] = [];

  constructor(
    readonly lane: string,
    readonly measure: ScenarioMeasure,
    /** How many points are kept; of older ones the latest, as what held before them. */
    private readonly most: number,
    private readonly limit?: number,
  ) {}

  write(time: number, value: number): void {
    const { points } = this;
    const last = points[points.length - 1];
    if (last?.[1] === value) return;
    if (last?.[0] !== time) points.push([time, value]);
    else if (points[points.length - 2]?.[1] === value) points.pop();
    else last[1] = value;
    if (points.length > 2 * this.most) points.splice(0, points.length - this.most);
  }

  get isEmpty(): boolean {
    return this.points.length === 0;
  }

  get series(): ScenarioSeries {
    const { lane, measure, limit, most } = this;
    const points = this.points.slice(-most).map(([time, value]): [number, number] => [time, value]);
    return { lane, measure, points, ...(limit === undefined ? {} : { limit }) };
  }
}
