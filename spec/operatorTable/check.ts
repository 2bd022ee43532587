import type { RunReport } from '../../lib/sinks/run.js';
import { classify, sameRecords } from './classify.js';
import type { Expectation } from './expected.js';
import type { Kind } from './Kind.js';
import { endlessLengthOf, type Measurement, type Scale } from './measure.js';
import { PROJECT_FAILURE, type RunResult } from './Run.js';
import type { Variant } from './Variant.js';

/** What a variant is measured by. */
export interface Measured {
  readonly variant: Variant;
  readonly measurement: Measurement;
  readonly books: RunReport | null;
}

/** The kinds with which a stage below changes nothing but the pace. */
const FAITHFUL: ReadonlySet<Kind> = new Set<Kind>([
  'keeps credit',
  'keeps it with children',
  'holds values',
  'blind to the end',
  'hidden buffer in RxJS',
]);

/** Everything in which a variant is not as it should be. */
export function problems({ variant, measurement, books }: Measured, expectation: Expectation, scale: Scale): string[] {
  const kind = classify(measurement, endlessLengthOf(variant, scale));
  return [
    ...(kind === expectation.kind ? [] : [`it is '${kind}', and not '${expectation.kind}'`]),
    ...withoutStage(measurement),
    ...(FAITHFUL.has(expectation.kind) ? withStage(measurement) : []),
    ...refusal(measurement, expectation),
    ...failing(measurement),
    ...leftBehind(measurement),
    ...balance(books),
  ];
}

/** Without a stage below, a Flowable is an Observable: the same values at the same moments, and the same end. */
function withoutStage({ plainFinite, flowFinite, plainEndless, flowEndless }: Measurement): string[] {
  return [
    ...(plainFinite.events.join('\n') === flowFinite.events.join('\n') ? [] : ['a finite flow differs from RxJS']),
    ...(plainEndless.events.join('\n') === flowEndless.events.join('\n') ? [] : ['an endless flow differs from RxJS']),
  ];
}

function withStage({ plainFinite, fastFinite, slowFinite }: Measurement): string[] {
  return [
    ...(sameRecords(plainFinite, fastFinite) ? [] : ['a fast stage gets other records than RxJS gives']),
    ...(sameRecords(plainFinite, slowFinite) ? [] : ['a slow stage gets other records than RxJS gives']),
  ];
}

function refusal(measured: Measurement, { kind, code, isAlwaysRefused }: Expectation): string[] {
  const found = new Set(stagedRuns(measured).flatMap(([, run]) => (run.code === null ? [] : [run.code])));
  if (code === null) return kind === 'no flow goes in' ? [] : [...found].map((other) => `it fails with ${other}`);
  if (found.size !== 1 || !found.has(code)) return [`it fails with ${[...found].join()}, and not with ${code}`];
  return isAlwaysRefused ? [...refusedUnder(measured, code), ...pulledPastTheCut(measured, kind)] : [];
}

/** The error comes under every load, and at the same moment. */
function refusedUnder(measured: Measurement, code: string): string[] {
  const runs = stagedRuns(measured);
  const accepted = runs.filter(([, run]) => run.code !== code).map(([name]) => `${name} does not fail with ${code}`);
  for (const size of ['Finite', 'Endless']) {
    const moments = new Set(runs.filter(([name]) => name.endsWith(size)).map(([, run]) => momentOfEnd(run)));
    if (moments.size > 1) accepted.push(`the moment of ${code} depends on the load: ${[...moments].join()}`);
  }
  return accepted;
}

function momentOfEnd({ events }: RunResult): string {
  return /^[^:]*/.exec(events.at(-1) ?? '')?.[0] ?? '';
}

/** Where the link is cut, the first record is the last that is pulled. */
function pulledPastTheCut(measured: Measurement, kind: Kind): string[] {
  if (kind !== 'cut') return [];
  return stagedRuns(measured)
    .filter(([, { pulls }]) => pulls['S'] !== 1)
    .map(([name, { pulls }]) => `${name} pulls ${String(pulls['S'])} records through a cut link`);
}

/** A stage whose project throws at its third record lets two through, whatever is above it. */
function failing({ failingFinite, failingEndless }: Measurement): string[] {
  return [failingFinite, failingEndless]
    .filter(({ records, terminal }) => records.length > 2 || (records.length === 2 && terminal === 'complete'))
    .map(({ records, terminal }) => `a failing stage lets ${String(records.length)} through: ${terminal}`)
    .filter((problem) => !problem.includes(PROJECT_FAILURE));
}

function leftBehind(measured: Measurement): string[] {
  return Object.entries(measured)
    .filter(([name]) => !name.startsWith('plain'))
    .filter(([, run]: [string, RunResult]) => run.unreleased > 0 || run.timersLeft > 0 || run.unhandled.length > 0)
    .map(([name]) => `${name} leaves an open source, a timer or an unhandled error behind`);
}

/** in = the five outcomes, and nothing is in flight. What an operator releases at the end is counted as it enters. */
function balance(books: RunReport | null): string[] {
  if (books === null) return ['the run does not end'];
  const { delivered, filtered, rejected, deadLettered, cancelled, inFlight } = books;
  const settled = delivered + filtered + rejected + deadLettered + cancelled;
  return settled === books.in && inFlight === 0 ? [] : [`the books do not balance: ${String(books)}`];
}

function stagedRuns(measured: Measurement): [string, RunResult][] {
  const staged = ['blocked', 'fast', 'slow', 'failing'];
  return Object.entries(measured).filter(([name]) => staged.some((consumer) => name.startsWith(consumer)));
}
