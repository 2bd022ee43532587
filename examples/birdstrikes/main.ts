import { once } from 'node:events';
import { EMPTY, type Observable } from 'rxjs';
import { PipelineBackPressureController, run, RunError, type RunReport } from 'sluice';
import { startDashboard, type Dashboard } from 'sluice/observability';
import { readCommandLine, USAGE, type CommandLine } from './commandLine.js';
import { compareKeys } from './compareKeys.js';
import { StrikesDatabase } from './database.js';
import { Gauges } from './Gauges.js';
import { ImpactService } from './ImpactService.js';
import { INTERRUPTED, listenForInterruption } from './interruption.js';
import { Journal } from './Journal.js';
import { BOUND, CAPACITY, strikes } from './pipeline.js';
import { Progress } from './Progress.js';
import { birdstrikesFile, readRows, type Row } from './records.js';
import { Redrive } from './Redrive.js';
import { SourceWatch } from './SourceWatch.js';
import {
  count,
  detailLines,
  hintLines,
  keysLine,
  letterLines,
  pullsLine,
  receiptLine,
  redriveLine,
  seconds,
  stageLines,
} from './summary.js';
import type { Status } from './view.js';

const DRAIN_SECONDS = 5;

const FAILED = 1;
const MISUSED = 2;

/** What the pipeline needs and the program starts. */
interface Started {
  readonly database: StrikesDatabase;
  readonly service: ImpactService;
}

const file = birdstrikesFile();
const progress = new Progress(process.stdout);
const journal = new Journal();
const source = new SourceWatch((state) => progress.sourceChanged(state));
// The service answers within some 20 ms: a stage that takes as long as that is fully loaded.
const controller = new PipelineBackPressureController({
  monitoringIntervalMs: 100,
  latencyObjectivesMs: { asyncEgress: 20 },
  // What it would log is in the picture and in the receipt.
  logger: 'off',
});
const gauges = new Gauges(controller, CAPACITY);
const redrive = new Redrive(controller.deadLetters, journal);
let pullsBeforeSignal = 0;

async function main(given: CommandLine): Promise<number> {
  progress.say('Wildlife strikes of the FAA, from birdstrikes.csv past a service into PostgreSQL in memory');
  const interrupted = listenForInterruption(firstSignal, secondSignal);
  const dashboard = given.dashboard ? await openDashboard() : null;
  const started = await startAll(given, interrupted);
  try {
    progress.followStatus(status);
    const start = performance.now();
    const { report, failure } = await settle(started === null ? EMPTY : flow(started, given), interrupted);
    progress.stop();
    tell(report, performance.now() - start);
    const ofRedrive = given.redrive ? [redriveLine(redrive, journal)] : hintLines(journal);
    for (const line of ofRedrive) progress.say(line);
    if (interrupted.aborted) progress.say(pullsLine(source.pulls - pullsBeforeSignal));
    if (failure !== null) progress.sayBad(failure.message);
    const equal = started === null || tellKeys(await started.database.keys());
    if (failure !== null || !equal) return FAILED;
    return interrupted.aborted ? INTERRUPTED : 0;
  } finally {
    gauges.close();
    await Promise.all([started?.database.close(), started?.service.stop(), dashboard?.close()]);
  }
}

function flow({ database, service }: Started, { sinkDelay, redrive: isRedriven }: CommandLine): Observable<unknown> {
  const read = (signal: AbortSignal): AsyncIterable<Row> => source.watch(readRows(file.path, signal));
  const rows = isRedriven ? (signal: AbortSignal) => redrive.after(read(signal), signal) : read;
  controller.deadLetters.records$.subscribe(journal.wasDeadLettered);
  return strikes({ rows, service, destination: database.destination(sinkDelay), journal, controller });
}

function status(): Status {
  const { health, bottleneck } = gauges.status;
  return {
    share: source.bytes / file.bytes,
    read: source.rows,
    delivered: journal.delivered.size,
    deadLetters: journal.deadLettered,
    filtered: journal.filtered,
    live: journal.live.size,
    bound: BOUND,
    source: source.state,
    stops: source.stops,
    redriven: redrive.sent,
    health: health === 'healthy' ? 'healthy' : `${health} pressure`,
    bottleneck,
    stages: gauges.now,
  };
}

function firstSignal(name: string): void {
  pullsBeforeSignal = source.pulls;
  const underWay = count(journal.live.size, 'record');
  progress.say(`${name}: no more pulls, ${DRAIN_SECONDS} s at most to finish ${underWay}; again to exit at once`);
}

function secondSignal(): void {
  progress.stop();
  progress.say('exit at once');
}

async function openDashboard(): Promise<Dashboard> {
  const dashboard = await startDashboard({ controller });
  progress.say(`live view: ${dashboard.url}`);
  return dashboard;
}

/** @returns null when the wait for it is interrupted */
async function startAll({ seed }: CommandLine, interrupted: AbortSignal): Promise<Started | null> {
  const start = performance.now();
  progress.follow('starting the database and the service, a few seconds');
  const all = Promise.all([StrikesDatabase.open(), ImpactService.start(seed)]);
  const started = await Promise.race([all, once(interrupted, 'abort').then(() => null)]);
  progress.stop();
  if (started === null) return null;
  progress.say(`database and service ready after ${seconds(performance.now() - start)}`);
  return { database: started[0], service: started[1] };
}

async function settle(
  flow: Observable<unknown>,
  signal: AbortSignal,
): Promise<{ report: RunReport; failure: RunError | null }> {
  try {
    return { report: await run(flow, { signal, drainMs: DRAIN_SECONDS * 1000, keepDeadLetters: 0 }), failure: null };
  } catch (error) {
    if (error instanceof RunError) return { report: error.report, failure: error };
    throw error;
  }
}

function tell(report: RunReport, elapsed: number): void {
  progress.say(`\n${receiptLine(report, BOUND)}\n`);
  for (const line of stageLines(report, gauges.history)) progress.say(line);
  for (const line of letterLines(journal)) progress.say(line);
  for (const line of detailLines(report, journal, source, elapsed)) progress.say(line);
}

function tellKeys(table: ReadonlySet<number>): boolean {
  const comparison = compareKeys(table, journal.delivered, journal.live);
  if (comparison.equal) progress.sayGood(keysLine(comparison));
  else progress.sayBad(keysLine(comparison));
  return comparison.equal;
}

function commandLine(): CommandLine | null {
  try {
    const given = readCommandLine(process.argv.slice(2));
    if (given !== 'help') return given;
    console.log(USAGE);
  } catch (error) {
    console.error(`${message(error)}\n\n${USAGE}`);
    process.exitCode = MISUSED;
  }
  return null;
}

function failed(error: unknown): number {
  progress.stop();
  progress.sayBad(message(error));
  return FAILED;
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

// Whoever read the output is gone, and with it the receipt.
process.stdout.on('error', () => process.exit(FAILED));

const given = commandLine();
if (given === null) gauges.close();
else {
  const code = await main(given).catch(failed);
  // A start that failed or was interrupted leaves processes half started, which would be waited for.
  if (code !== 0) process.exit(code);
}
