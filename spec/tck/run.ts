import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { countResults, judge, parseResults, type Suite } from './judge.js';
import { SUITES } from './suites.js';

// npm run test:tck [-- --only plain] [-- --outputFile file]: the official TCK of Reactive Streams against the build.

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CACHE = join(ROOT, '.cache/tck');
const CLASS_PATH = join(CACHE, 'classpath.txt');
const LONGEST_SUITE_MS = 300_000;

/** What the TCK allows for a signal, for silence, between two looks, and for a collected subscriber. */
const TIMES = {
  DEFAULT_TIMEOUT_MILLIS: '1000',
  DEFAULT_NO_SIGNALS_TIMEOUT_MILLIS: '150',
  DEFAULT_POLL_TIMEOUT_MILLIS_ENV: '20',
  PUBLISHER_REFERENCE_GC_TIMEOUT_MILLIS: '1200',
};

function start(command: string, args: readonly string[], output: number, timeout?: number): boolean {
  const { status, error } = spawnSync(command, args, {
    cwd: ROOT,
    stdio: ['ignore', output, output],
    env: { ...TIMES, ...process.env },
    timeout,
    killSignal: 'SIGKILL',
  });
  if (error !== undefined) console.error(`${command}: ${error.message}`);
  return status === 0;
}

function isThere(command: string, argument: string): boolean {
  return spawnSync(command, [argument], { stdio: 'ignore' }).status === 0;
}

function build(): boolean {
  const goals = ['compile', 'dependency:build-classpath', `-Dmdep.outputFile=${CLASS_PATH}`];
  const log = join(CACHE, 'build.log');
  const output = openSync(log, 'w');
  const built = start('mvn', ['-B', '-q', '-ntp', '-Dstyle.color=never', '-f', 'spec/tck/pom.xml', ...goals], output);
  closeSync(output);
  if (!built) console.error(readFileSync(log, 'utf8'));
  return built;
}

/** What its processes print. What is broken on purpose makes the TCK talk. */
function logOf({ adapter, part }: Pick<Suite, 'adapter' | 'part'>): string {
  return join(CACHE, `${adapter}-${part}.log`);
}

/** Runs one suite in a Java process, which starts the Node process that it tests. */
function play({ adapter, part }: Suite): string {
  const file = join(CACHE, `${adapter}-${part}.tsv`);
  rmSync(file, { force: true });
  writeFileSync(file, '');
  const classPath = `${join(CACHE, 'classes')}:${readFileSync(CLASS_PATH, 'utf8').trim()}`;
  const node = [process.execPath, '--expose-gc', '--import', 'tsx', 'spec/tck/harness.ts', adapter];
  const log = openSync(logOf({ adapter, part }), 'w');
  start('java', ['-cp', classPath, 'sluice.tck.Run', part, file, ...node], log, LONGEST_SUITE_MS);
  closeSync(log);
  return readFileSync(file, 'utf8');
}

const { values } = parseArgs({ options: { only: { type: 'string' }, outputFile: { type: 'string' } } });

for (const [command, argument] of [
  ['java', '-version'],
  ['mvn', '-version'],
] as const) {
  if (isThere(command, argument)) continue;
  console.error(`The TCK was NOT run: there is no ${command}. Install a JDK 17 and Maven.`);
  process.exit(1);
}
mkdirSync(CACHE, { recursive: true });
if (!build()) {
  console.error('The TCK was NOT run: it could not be built.');
  process.exit(1);
}

/** What the last line of .ci/run counts, in the words of a Jest report. */
const report = {
  numPassedTests: 0,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  numPassedTestSuites: 0,
  numTotalTestSuites: 0,
  numRuntimeErrorTestSuites: 0,
};
for (const suite of SUITES.filter(({ adapter }) => values.only === undefined || values.only === adapter)) {
  const results = parseResults(play(suite));
  const { passed, failed, skipped, total } = countResults(results);
  const complaints = judge(results, suite.expected);
  const verdict = complaints.length > 0 ? 'NOT AS EXPECTED' : suite.expected.kind === 'broken' ? 'found broken' : 'ok';
  const name = `${suite.adapter} ${suite.part}`.padEnd(17);
  console.log(`TCK ${name} ${passed} passed, ${failed} failed, ${skipped} skipped of ${total}: ${verdict}`);
  for (const complaint of complaints) console.log(`    ${complaint}`);
  if (complaints.length > 0) console.log(readFileSync(logOf(suite), 'utf8').slice(-5000));
  report.numTotalTestSuites++;
  if (complaints.length === 0) report.numPassedTestSuites++;
  report.numFailedTests += complaints.length;
  // What is broken on purpose is one test: that it is found. Its own passes say nothing.
  if (suite.expected.kind === 'broken') report.numPassedTests += complaints.length === 0 ? 1 : 0;
  else {
    report.numPassedTests += passed;
    report.numPendingTests += skipped;
  }
}
if (values.outputFile !== undefined) writeFileSync(values.outputFile, JSON.stringify(report));
if (report.numTotalTestSuites === 0) console.error(`The TCK was NOT run: there is no adapter ${String(values.only)}.`);
process.exitCode = report.numFailedTests > 0 || report.numTotalTestSuites === 0 ? 1 : 0;
