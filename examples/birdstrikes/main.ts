import { once } from 'node:events';
import { EMPTY, filter, map, tap, type Observable } from 'rxjs';
import { fromPull, run, RunError, stage, type RunReport } from 'sluice';
import { readCommandLine, USAGE, type CommandLine } from './commandLine.js';
import { compareKeys } from './compareKeys.js';
import { StrikesDatabase } from './database.js';
import { INTERRUPTED, listenForInterruption } from './interruption.js';
import { Journal } from './Journal.js';
import { Progress, type Status } from './Progress.js';
import { birdstrikesFile, isFlight, readRows, toReport, validate, type Report } from './records.js';
import { SourceWatch } from './SourceWatch.js';
import { count, detailLines, keysLine, pullsLine, receiptLine, seconds } from './summary.js';

const CAPACITY = 64;
const CONCURRENCY = 8;
/** What the two stages hold together at most. */
const BOUND = CAPACITY + CAPACITY;
const DRAIN_SECONDS = 5;

const FAILED = 1;
const MISUSED = 2;

const file = birdstrikesFile();
const progress = new Progress(process.stdout);
const journal = new Journal();
const source = new SourceWatch((state) => progress.sourceChanged(state));
let pullsBeforeSignal = 0;

/** The pipeline: from the file to the keys of the rows that are written. */
function strikes(database: StrikesDatabase): Observable<number> {
  return fromPull(({ signal }) => source.watch(readRows(file.path, signal))).pipe(
    map(toReport),
    tap(journal.entered),
    filter(keepFlight),
    stage(validate, { name: 'validate', capacity: CAPACITY, onFailure: 'deadLetter' }),
    stage((strike, { signal }) => database.write(strike, signal), {
      name: 'write',
      capacity: CAPACITY,
      concurrency: CONCURRENCY,
      onFailure: 'deadLetter',
    }),
    tap(journal.wasDelivered),
  );
}

function keepFlight(report: Report): boolean {
  const kept = isFlight(report);
  if (!kept) journal.wasFiltered(report);
  return kept;
}

async function main({ sinkDelay }: CommandLine): Promise<number> {
  progress.say('Wildlife strikes of the FAA, from birdstrikes.csv into PostgreSQL in memory');
  const interrupted = listenForInterruption(firstSignal, secondSignal);
  const database = await openDatabase(sinkDelay, interrupted);
  try {
    progress.followStatus(status);
    const start = performance.now();
    const { report, failure } = await settle(database === null ? EMPTY : strikes(database), interrupted);
    progress.stop();
    tell(report, performance.now() - start, interrupted.aborted);
    if (failure !== null) progress.sayBad(failure.message);
    const equal = database === null || tellKeys(await database.keys());
    if (failure !== null || !equal) return FAILED;
    return interrupted.aborted ? INTERRUPTED : 0;
  } finally {
    await database?.close();
  }
}

function status(): Status {
  return {
    share: source.bytes / file.bytes,
    read: source.rows,
    written: journal.delivered.size,
    deadLetters: journal.deadLettered,
    live: journal.live.size,
    source: source.state,
    stops: source.stops,
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

/** @returns null when the wait for it is interrupted */
async function openDatabase(sinkDelay: number, interrupted: AbortSignal): Promise<StrikesDatabase | null> {
  const start = performance.now();
  progress.follow('starting the database, a few seconds');
  const database = await Promise.race([StrikesDatabase.open(sinkDelay), once(interrupted, 'abort').then(() => null)]);
  progress.stop();
  if (database !== null) progress.say(`database ready after ${seconds(performance.now() - start)}`);
  return database;
}

async function settle(
  flow: Observable<number>,
  signal: AbortSignal,
): Promise<{ report: RunReport; failure: RunError | null }> {
  try {
    const onDeadLetter = journal.wasDeadLettered;
    return { report: await run(flow, { signal, drainMs: DRAIN_SECONDS * 1000, onDeadLetter }), failure: null };
  } catch (error) {
    if (error instanceof RunError) return { report: error.report, failure: error };
    throw error;
  }
}

function tell(report: RunReport, elapsed: number, interrupted: boolean): void {
  progress.say(`\n${receiptLine(report, BOUND)}\n`);
  for (const line of detailLines(report, journal, source, elapsed)) progress.say(line);
  if (interrupted) progress.say(pullsLine(source.pulls - pullsBeforeSignal));
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
if (given !== null) {
  const code = await main(given).catch(failed);
  // An interrupted start leaves a database half open, which would be waited for.
  if (code === INTERRUPTED) process.exit(code);
  process.exitCode = code;
}
