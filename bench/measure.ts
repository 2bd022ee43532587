import { asyncSum, Gauge, items, SlowSink, syncSum } from './contenders/work.js';
import type { Metrics } from './Metrics.js';
import type { StageWork } from './contenders/readyStages.js';
import {
  DEEP_STAGES,
  ROWS,
  type AsyncRow,
  type DeepRow,
  type PassRow,
  type Row,
  type SlowRow,
  type StageRow,
  type SyncRow,
} from './rows.js';
import { percentile } from './statistics.js';
import { Stopwatch } from './Stopwatch.js';

/** One measurement in a process of its own, which prints one line of JSON: the metrics by name. */

const WARM_UP_MS = 400;
const MEASURE_MS = 1000;
const HEAP_SAMPLES = 10;
const PACED_RECORDS = 200_000;
const PACED_MS = 50;
const PACED_RUNS = 40;

const [rowId, contenderName, recordsText] = process.argv.slice(2);
const row = ROWS.find(({ id }) => id === rowId);
if (row === undefined || contenderName === undefined || recordsText === undefined) {
  throw new Error('usage: node --expose-gc measure.mjs row contender records');
}
console.log(JSON.stringify(await measure(row, contenderName, Number(recordsText))));

function measure(row: Row, contender: string, records: number): Promise<Metrics> {
  switch (row.kind) {
    case 'sync':
      return measureSync(row, contender, records);
    case 'async':
      return measureAsync(row, contender, records);
    case 'slow':
      return measureSlow(row, contender, records);
    case 'deep':
      return measureDeep(row, contender, records);
    case 'pass':
      return measurePass(row, contender, records);
    case 'stage':
      return measureStage(row, contender, records);
  }
}

async function measureSync(row: SyncRow, contender: string, records: number): Promise<Metrics> {
  const work = await load(row.contenders, contender);
  return speed(work, records, syncSum);
}

async function measureAsync(row: AsyncRow, contender: string, records: number): Promise<Metrics> {
  const work = await load(row.contenders, contender);
  return speed(work, records, asyncSum);
}

async function measurePass(row: PassRow, contender: string, records: number): Promise<Metrics> {
  const work = await load(row.contenders, contender);
  return speed(work, records, asyncSum);
}

async function measureStage(row: StageRow, contender: string, records: number): Promise<Metrics> {
  const { pass, pace } = await load(row.contenders, contender);
  const { perSecond } = await speed(pass, records, asyncSum);
  return { perSecond, ...(await latency(pace, perSecond)) };
}

/**
 * At half of the maximum, or of what the source that keeps the time can give, whichever is less. Milliseconds. The
 * first half of the runs warms up; of the others the one with the least p99 counts.
 */
async function latency(
  pace: StageWork['pace'],
  perSecond: number,
): Promise<{ pacedAt: number; p50: number; p99: number }> {
  const paced = await speed(
    async (records) => {
      await pace(records, Infinity);
      return asyncSum(records);
    },
    PACED_RECORDS,
    asyncSum,
  );
  const pacedAt = Math.min(perSecond, paced.perSecond) / 2;
  const records = Math.ceil((pacedAt * PACED_MS) / 1000);
  let best = { p50: Infinity, p99: Infinity };
  for (let run = 1; run <= PACED_RUNS; run++) {
    const late = (await pace(records, pacedAt)).sort();
    const found = { p50: percentile(late, 0.5), p99: percentile(late, 0.99) };
    if (run > PACED_RUNS / 2 && found.p99 < best.p99) best = found;
  }
  return { pacedAt, ...best };
}

/**
 * Warms up with no more than 20,000 records at a time, then gives the fastest of the runs within a second: what else
 * the machine does can only slow a run down. There is no forced collection in between, because it throws away compiled
 * code along with the pipeline that has ended.
 */
async function speed(
  work: (records: number) => number | Promise<number>,
  records: number,
  expected: (records: number) => number,
): Promise<{ perSecond: number }> {
  const few = Math.min(records, 20_000);
  for (const begin = performance.now(); performance.now() - begin < WARM_UP_MS;) check(await work(few), expected(few));
  let fastest = Infinity;
  for (const begin = performance.now(); fastest === Infinity || performance.now() - begin < MEASURE_MS;) {
    const stopwatch = new Stopwatch();
    const sum = await work(records);
    fastest = Math.min(fastest, stopwatch.elapsed);
    check(sum, expected(records));
  }
  return { perSecond: (records / fastest) * 1000 };
}

async function measureSlow(row: SlowRow, contender: string, records: number): Promise<Metrics> {
  const work = await load(row.contenders, contender);
  const warmUp = new Gauge();
  await work(items(1000, warmUp), new SlowSink(warmUp));

  const gauge = new Gauge();
  let heapPeak = 0;
  let sampleAt = 1;
  const sample = (): void => {
    collectGarbage();
    heapPeak = Math.max(heapPeak, process.memoryUsage().heapUsed);
  };
  const sink = new SlowSink(gauge, (done) => {
    if (done < sampleAt) return;
    sample();
    sampleAt += records / HEAP_SAMPLES;
  });
  collectGarbage();
  const heapBefore = process.memoryUsage().heapUsed;
  await work(items(records, gauge), sink);
  sample();
  return { peakLive: gauge.peak, heapGrowth: heapPeak - heapBefore };
}

async function measureDeep(row: DeepRow, contender: string, records: number): Promise<Metrics> {
  const work = await load(row.contenders, contender);
  return { ...work(DEEP_STAGES, records) };
}

async function load<Work>(
  contenders: readonly { readonly name: string; readonly load: () => Promise<Work> }[],
  name: string,
): Promise<Work> {
  const contender = contenders.find((each) => each.name === name);
  if (contender === undefined) throw new Error(`no contender '${name}'`);
  return contender.load();
}

function check(sum: number, expected: number): void {
  if (sum !== expected) throw new Error(`the sum is ${sum} and should be ${expected}`);
}

function collectGarbage(): void {
  if (globalThis.gc === undefined) throw new Error('start node with --expose-gc');
  globalThis.gc();
}
