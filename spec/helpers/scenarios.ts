import type { Scenario, ScenarioEvent, ScenarioEventKind, ScenarioMeasure } from '../../lib/marbles/index.js';

const LANES = ['source', 'parsed', 'checked', 'charged', 'saved'];
const KINDS: readonly ScenarioEventKind[] = [
  ...(['next', 'next', 'next', 'next', 'next', 'request'] as const),
  ...(['ack', 'nack', 'drop', 'deadLetter', 'park'] as const),
];
const MEASURES: readonly ScenarioMeasure[] = ['credit', 'fill', 'pressure'];

/** A scenario of so many events on five lanes, with every kind of event and every series, the same for the same seed. */
export function randomScenario(count: number, seed = 1): Scenario {
  let state = seed;
  const random = (): number => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
  const below = (limit: number): number => Math.floor(random() * limit);
  const events: ScenarioEvent[] = [];
  for (let time = 0, index = 0; index < count; index++) {
    time += random() < 0.5 ? 0 : below(40);
    const kind = KINDS[below(KINDS.length)]!;
    const about = kind === 'request' ? { n: 1 + below(3000) } : { label: `r${index}`, key: `customer ${below(12)}` };
    events.push({ time, lane: LANES[below(5)]!, kind, ...about });
  }
  const series = LANES.flatMap((lane) =>
    MEASURES.map((measure) => {
      const value = (): number => (measure === 'pressure' ? below(101) / 100 : below(1064) - 64);
      const times = new Set(events.filter((event) => event.lane === lane).map(({ time }) => time));
      return { lane, measure, points: [...times].map((time) => [time, value()] as const) };
    }),
  );
  return { title: `${count} events`, lanes: LANES.map((name) => ({ name })), events, series };
}

/** One of each kind of event. */
export const SMALL: Scenario = {
  title: 'Small & complete',
  description: 'Every kind of event, once.',
  lanes: [{ name: 'source' }, { name: 'work' }, { name: 'out' }],
  events: [
    { time: 0, lane: 'source', kind: 'request', n: 2 },
    { time: 0, lane: 'out', kind: 'request' },
    { time: 0, lane: 'source', kind: 'next', label: 'a', key: 'x' },
    { time: 0, lane: 'source', kind: 'next', label: 'b', key: 'y' },
    { time: 1, lane: 'work', kind: 'next', label: 'a', key: 'x', n: 1 },
    { time: 2, lane: 'work', kind: 'nack', label: 'a', key: 'x', n: 1, detail: '503' },
    { time: 2, lane: 'source', kind: 'deadLetter', label: 'b', key: 'y', detail: 'INVALID' },
    { time: 4, lane: 'work', kind: 'next', label: 'a', key: 'x', n: 2 },
    { time: 5, lane: 'work', kind: 'ack', label: 'a', key: 'x', n: 2 },
    { time: 5, lane: 'out', kind: 'next', label: 'a', key: 'x' },
    { time: 6, lane: 'source', kind: 'drop', label: 'c', key: 'x', detail: 'OVERFLOW' },
    { time: 6, lane: 'source', kind: 'park', label: 'd', key: 'y' },
    { time: 7, lane: 'source', kind: 'complete' },
    { time: 8, lane: 'out', kind: 'error', label: 'no <more>' },
  ],
  series: [
    {
      lane: 'source',
      measure: 'credit',
      limit: 2,
      points: [
        [0, 0],
        [5, 1],
      ],
    },
    {
      lane: 'source',
      measure: 'fill',
      limit: 2,
      points: [
        [0, 2],
        [2, 1],
        [5, 0],
      ],
    },
    {
      lane: 'out',
      measure: 'pressure',
      points: [
        [0, 0],
        [4, 0.75],
      ],
    },
  ],
};
