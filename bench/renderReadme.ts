import { CAPABILITIES, ENTRANTS, type Capability, type Entrant } from './facts.js';
import { formatBytes, formatCount, formatPower, formatRate } from './format.js';
import { left, renderTable, right } from './markdown.js';
import { roundsOf, type Results } from './Results.js';
import { median } from './statistics.js';

const LIVE_RECORDS = 1_000_000;
const ASYNC_RECORDS = 100_000;
const SYNC_RECORDS = 1_000_000;

/** The README's table, and where Sluice is not the first in it. */
export function renderReadme(results: Results): string {
  const measured = ENTRANTS.map((entrant) => measure(entrant, results));
  const capabilities = Object.keys(CAPABILITIES) as Capability[];
  const table = renderTable(
    [
      left(''),
      right(`live records at ${formatPower(LIVE_RECORDS)}`),
      ...capabilities.map((capability) => left(CAPABILITIES[capability])),
      right('size (min+gzip)'),
      right('records/s, async 50'),
    ],
    measured.map(({ entrant, live, liveOtherwise, own, total, rate }) => [
      entrant.name,
      liveOtherwise === null ? formatCount(live) : `${formatCount(live)} (${liveOtherwise})`,
      ...capabilities.map((capability) => entrant.facts[capability].answer),
      own > 0 && own < total ? `${formatBytes(own)} + rxjs ${formatBytes(total - own)}` : formatBytes(total),
      formatRate(rate),
    ]),
  );
  const { cores, node, date } = results.machine;
  return [
    table,
    `Made by \`npm run bench\` (${cores} cores, Node ${node}, ${date}). Live: taken from the source and not yet ` +
      `acknowledged by a slow sink. Async 50: a promise that resolves at once, ${formatPower(ASYNC_RECORDS)} records.`,
    notFirst(measured),
    synchronous(results),
    'All numbers with their spread, and the reason for each yes and no: [docs/benchmarks.md](docs/benchmarks.md).',
  ].join('\n\n');
}

interface Measured {
  readonly entrant: Entrant;
  readonly live: number;
  readonly liveOtherwise: string | null;
  readonly own: number;
  readonly total: number;
  readonly rate: number;
}

function measure(entrant: Entrant, results: Results): Measured {
  const live = (contender: string): number => medianOf(results, 'slow-sink', contender, LIVE_RECORDS, 'peakLive');
  const { slowSinkOtherwise: otherwise } = entrant;
  const size = results.sizes.find(({ contender }) => contender === entrant.bundle);
  if (size === undefined) throw new Error(`the results have no size of ${entrant.bundle}`);
  return {
    entrant,
    live: live(entrant.slowSink),
    liveOtherwise: otherwise === undefined ? null : `${formatCount(live(otherwise.contender))} ${otherwise.words}`,
    own: size.own,
    total: size.total,
    rate: medianOf(results, 'async-50', entrant.async, ASYNC_RECORDS, 'perSecond'),
  };
}

function medianOf(results: Results, row: string, contender: string, records: number, metric: string): number {
  const rounds = roundsOf(results, row, contender, records, metric);
  if (rounds === null) throw new Error(`the results have no ${metric} of ${contender} at ${records} records in ${row}`);
  return median(rounds);
}

/** Says in which measured columns somebody is better, and who is best. */
function notFirst(measured: readonly Measured[]): string {
  const columns: {
    readonly title: string;
    readonly cost: (of: Measured) => number;
    readonly show: (of: Measured) => string;
  }[] = [
    { title: 'live records', cost: ({ live }) => live, show: ({ live }) => formatCount(live) },
    { title: 'size', cost: ({ total }) => total, show: ({ total }) => formatBytes(total) },
    { title: 'records/s', cost: ({ rate }) => -rate, show: ({ rate }) => formatRate(rate) },
  ];
  const [ours] = measured;
  const behind = columns.flatMap(({ title, cost, show }) => {
    const best = measured.reduce((a, b) => (cost(b) < cost(a) ? b : a));
    return ours === undefined || cost(best) >= cost(ours) ? [] : [`${title} (${best.entrant.name}: ${show(best)})`];
  });
  return behind.length === 0
    ? 'Sluice is first in every measured column.'
    : `Sluice is not first in: ${behind.join(', ')}.`;
}

/** The row that the table has no column for, because not every entrant can do it. */
function synchronous(results: Results): string {
  const rate = (contender: string): string =>
    formatRate(medianOf(results, 'five-stages', contender, SYNC_RECORDS, 'perSecond'));
  return (
    `Five synchronous stages in a row, records/s: Sluice ${rate('Sluice, fromPull')}; RxJS \`map\`, which has no back ` +
    `pressure, ${rate('RxJS map, iterable')}; Effect Stream ${rate('Effect Stream.map, runForEach')} with an effect for ` +
    `each record and ${rate('Effect Stream.map, runFold')} over whole arrays; Node streams ${rate('Node object streams')}.`
  );
}
