import { formatPower } from './format.js';
import { roundsOf, type Results } from './Results.js';
import { ratios, spread, type Spread } from './statistics.js';

/** What Sluice has set itself. The bench says whether it holds; nothing fails when it does not. */
export interface Budget {
  readonly text: string;
  readonly measured: Spread;
  readonly unit: 'times' | 'ms' | 'records' | 'rate';
  readonly holds: boolean;
}

type Read = (results: Results) => { readonly measured: Spread; readonly unit: Budget['unit'] } | null;

interface Aim {
  readonly text: string;
  readonly read: Read;
  readonly atLeast?: number;
  readonly atMost?: number;
}

function against(row: string, records: number, ours: string, peer: string): Read {
  return (results) => {
    const a = roundsOf(results, row, ours, records, 'perSecond');
    const b = roundsOf(results, row, peer, records, 'perSecond');
    return a === null || b === null ? null : { measured: spread(ratios(a, b)), unit: 'times' };
  };
}

function flat(contender: string): Read {
  return (results) => {
    const many = roundsOf(results, 'async-50', contender, 1_000_000, 'perSecond');
    const few = roundsOf(results, 'async-50', contender, 10_000, 'perSecond');
    return many === null || few === null ? null : { measured: spread(ratios(many, few)), unit: 'times' };
  };
}

function metric(row: string, contender: string, records: number, name: string, unit: Budget['unit']): Read {
  return (results) => {
    const rounds = roundsOf(results, row, contender, records, name);
    return rounds === null ? null : { measured: spread(rounds), unit };
  };
}

const RECORDS = 1_000_000;
const FROM_PULL = 'Sluice, fromPull';
const RUN = 'Sluice, run(flow)';
const CONTROLLED = 'Sluice, run(flow), control';
const STAGE = 'Sluice stage';
const EGRESS = 'Sluice asyncEgress';
const CLASSIC = 'Sluice, controller on';
const CLASSIC_RECORDS = 100_000;
const FEW_KEYS = '10 keys, 10 partitions';

const AIMS: readonly Aim[] = [
  {
    text: 'five stages: 0.8 × RxJS `map`, the same iterable',
    read: against('five-stages', RECORDS, FROM_PULL, 'RxJS map, iterable'),
    atLeast: 0.8,
  },
  {
    text: 'five stages: 0.8 × RxJS `map`, `range`',
    read: against('five-stages', RECORDS, FROM_PULL, 'RxJS map, range'),
    atLeast: 0.8,
  },
  {
    text: 'five stages: 2 × Effect Stream, an effect for each record',
    read: against('five-stages', RECORDS, FROM_PULL, 'Effect Stream.map, runForEach'),
    atLeast: 2,
  },
  {
    text: 'five stages: 2 × Effect Stream, whole arrays',
    read: against('five-stages', RECORDS, FROM_PULL, 'Effect Stream.map, runFold'),
    atLeast: 2,
  },
  {
    text: 'five stages: 6 × Node object streams',
    read: against('five-stages', RECORDS, FROM_PULL, 'Node object streams'),
    atLeast: 6,
  },
  {
    text: 'with ledger and permits: 0.5 × RxJS `map`, `range`',
    read: against('permits', RECORDS, RUN, 'RxJS map, range'),
    atLeast: 0.5,
  },
  {
    text: 'with ledger and permits: ahead of Effect Stream, an effect for each record',
    read: against('permits', RECORDS, RUN, 'Effect Stream.map, runForEach'),
    atLeast: 1,
  },
  {
    text: 'with ledger and permits: ahead of Effect Stream, whole arrays',
    read: against('permits', RECORDS, RUN, 'Effect Stream.map, runFold'),
    atLeast: 1,
  },
  {
    text: 'with a controller too: 0.5 × RxJS `map`, `range`',
    read: against('permits', RECORDS, CONTROLLED, 'RxJS map, range'),
    atLeast: 0.5,
  },
  {
    text: 'with a controller too: ahead of Effect Stream, an effect for each record',
    read: against('permits', RECORDS, CONTROLLED, 'Effect Stream.map, runForEach'),
    atLeast: 1,
  },
  ...[STAGE, EGRESS].flatMap((ours) => [
    ...[10_000, 100_000, 1_000_000].map((records) => ({
      text: `${ours}, 50 at a time, ${formatPower(records)} records: as fast as p-map`,
      read: against('async-50', records, ours, 'p-map'),
      atLeast: 1,
    })),
    { text: `${ours}, 50 at a time: as fast at 10⁶ records as at 10⁴`, read: flat(ours), atLeast: 0.9 },
  ]),
  {
    text: 'the five ready stages, controller on: 0.5 M records/s',
    read: metric('classic-pipeline', CLASSIC, CLASSIC_RECORDS, 'perSecond', 'rate'),
    atLeast: 500_000,
  },
  ...['Effect Stream', 'Effect Stream, no retries'].map((peer) => ({
    text: `the five ready stages, controller on: 3 × ${peer}`,
    read: against('classic-pipeline', CLASSIC_RECORDS, CLASSIC, peer),
    atLeast: 3,
  })),
  {
    text: 'the five ready stages, controller on, order per key: 3 × Effect Stream, order per key',
    read: against(
      'classic-pipeline',
      CLASSIC_RECORDS,
      'Sluice, controller on, order per key',
      'Effect Stream, order per key',
    ),
    atLeast: 3,
  },
  ...['gateway', 'keyGen', 'ingressProcessing', 'asyncEgress', 'finalSink'].flatMap((ready) => [
    {
      text: `${ready}: 200,000 records/s`,
      read: metric('each-stage', ready, RECORDS, 'perSecond', 'rate'),
      atLeast: 200_000,
    },
    {
      text: `${ready}: p99 below 1 ms at half of its maximum`,
      read: metric('each-stage', ready, RECORDS, 'p99', 'ms'),
      atMost: 1,
    },
  ]),
  ...['10⁶ keys, 10 partitions', '10 keys, 10⁴ partitions', '10⁶ keys, 10⁴ partitions'].map((many) => ({
    text: `keyGen, ${many}: as fast as with ${FEW_KEYS}`,
    read: against('keys-and-partitions', RECORDS, many, FEW_KEYS),
    atLeast: 0.9,
  })),
  {
    text: 'slow sink, 10⁷ records: no more live than the capacity, 256',
    read: metric('slow-sink', STAGE, 10_000_000, 'peakLive', 'records'),
    atMost: 256,
  },
  {
    text: 'a thousand stages, 10⁵ records: under 2 seconds',
    read: metric('thousand-stages', STAGE, 100_000, 'total', 'ms'),
    atMost: 2000,
  },
];

export function readBudgets(results: Results): Budget[] {
  return AIMS.flatMap(({ text, read, atLeast = -Infinity, atMost = Infinity }) => {
    const found = read(results);
    if (found === null) return [];
    const { median } = found.measured;
    return [{ text, ...found, holds: median >= atLeast && median <= atMost }];
  });
}
