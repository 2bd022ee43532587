import { SluiceError } from '../credit/SluiceError.js';
import type { Scenario, ScenarioEventKind, ScenarioMeasure } from '../observability/scenario/Scenario.js';
import { show } from '../options/checkOptions.js';

const KINDS: readonly ScenarioEventKind[] = [
  'next',
  'error',
  'complete',
  'request',
  'ack',
  'nack',
  'drop',
  'deadLetter',
  'park',
];
const MEASURES: readonly ScenarioMeasure[] = ['credit', 'fill', 'pressure'];

/**
 * Whether a scenario can be drawn. It may come from a file or from a URL, so nothing is taken for granted.
 *
 * @throws SluiceError OPTION naming what is wrong, where, and what to write instead
 */
export function checkScenario(scenario: Scenario): void {
  const { title, lanes, events, series } = scenario;
  if (typeof title !== 'string') refuse('title', title, 'give a text');
  for (const [part, list] of Object.entries({ lanes, events, series })) {
    if (!Array.isArray(list)) refuse(part, list, 'give an array');
  }
  const known = new Set<string>();
  lanes.forEach(({ name }, index) => {
    if (typeof name !== 'string' || name === '') refuse(`lanes[${index}].name`, name, 'give a text');
    if (known.has(name)) refuse(`lanes[${index}].name`, name, 'there is such a lane already');
    known.add(name);
  });
  const checkLane = (where: string, lane: string): void => {
    if (!known.has(lane)) refuse(where, lane, `there is no such lane; the lanes are ${[...known].join(', ')}`);
  };
  events.forEach(({ time, lane, kind, n }, index) => {
    const where = `events[${index}]`;
    checkTime(`${where}.time`, time);
    checkLane(`${where}.lane`, lane);
    if (!KINDS.includes(kind)) refuse(`${where}.kind`, kind, `give one of ${KINDS.join(', ')}`);
    if (n !== undefined && !(Number.isSafeInteger(n) && n >= 1)) refuse(`${where}.n`, n, COUNT);
  });
  series.forEach(({ lane, measure, points, limit }, index) => {
    const where = `series[${index}]`;
    checkLane(`${where}.lane`, lane);
    if (!MEASURES.includes(measure)) refuse(`${where}.measure`, measure, `give one of ${MEASURES.join(', ')}`);
    if (limit !== undefined && !(Number.isFinite(limit) && limit > 0)) refuse(`${where}.limit`, limit, POSITIVE);
    let before = 0;
    points.forEach(([time, value], at) => {
      checkTime(`${where}.points[${at}] time`, time);
      if (time < before) refuse(`${where}.points[${at}] time`, time, 'give the points in the order of time');
      if (!Number.isFinite(value)) refuse(`${where}.points[${at}] value`, value, 'give a finite number');
      before = time;
    });
  });
  if (scenario.duration !== undefined) checkTime('duration', scenario.duration);
}

const COUNT = 'give a whole number of at least 1, or leave it out';
const POSITIVE = 'give a number above 0, or leave it out';

function checkTime(where: string, time: number): void {
  if (!Number.isFinite(time) || time < 0) refuse(where, time, 'give milliseconds from 0 on');
}

function refuse(where: string, value: unknown, remedy: string): never {
  throw new SluiceError('OPTION', `scenario: ${where} is ${show(value)}; ${remedy}`);
}
