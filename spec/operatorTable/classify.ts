import type { SluiceCode } from '../../lib/credit/SluiceError.js';
import type { Kind } from './Kind.js';
import type { Measurement } from './measure.js';
import { CAPACITY, type RunResult } from './Run.js';

/** A producer that gets so far without an arrival lets others run (C7): no count below it is without bound. */
const YIELDS_AFTER = 65_536;

/** A parent may put by up to a capacity of records for its children (C6b); what is more sits in RxJS. */
const BUFFERED = 1.5 * CAPACITY;

/** From behaviour to kind. The order matters: an error of the protocol says most, keeping credit is what remains. */
export function classify(measured: Measurement, endlessLength: number): Kind {
  if (Object.keys(measured.plainFinite.pulls).length === 0) return 'no flow goes in';
  if (fails(measured, 'CUT_LINK')) return 'cut';
  if (fails(measured, 'NESTED_OBSERVABLE')) return 'makes Observables';
  const isAsynchronous = fails(measured, 'ASYNC_LINK') || fails(measured, 'OVERFLOW');
  if (isAsynchronous) return losesMainFlow(measured.plainFinite) ? 'lossy by design' : 'asynchronous';
  const { held, longLate, late, childFlows, arrivals } = measured.traced.trace ?? NOTHING_TRACED;
  if (held > BUFFERED || longLate > BUFFERED) return 'hidden buffer in RxJS';
  if (pullsWithoutBound(measured.blockedEndless, endlessLength)) {
    if (arrivals === 0 && measured.fastEndless.records.length === 0) return 'blind to the end';
    return measured.plainFinite.dropped.length > 0 ? 'lossy by design' : 'unexplained';
  }
  if (
    !sameRecords(measured.plainFinite, measured.fastFinite) ||
    !sameRecords(measured.plainFinite, measured.slowFinite)
  )
    return dependsOnTime(measured) ? 'lossy by design' : 'unexplained';
  if (late > 0) return 'holds values';
  return childFlows > 0 ? 'keeps it with children' : 'keeps credit';
}

/** The same records, in the same order for each source that they come from, and the same end. */
export function sameRecords(expected: RunResult, actual: RunResult): boolean {
  return expected.terminal === actual.terminal && sameText(expected.byOrigin, actual.byOrigin);
}

function sameText(expected: Readonly<Record<string, unknown>>, actual: Readonly<Record<string, unknown>>): boolean {
  const keys = Object.keys(expected);
  if (keys.length !== Object.keys(actual).length) return false;
  return keys.every((key) => JSON.stringify(expected[key]) === JSON.stringify(actual[key]));
}

const NOTHING_TRACED = { arrivals: 0, late: 0, longLate: 0, childFlows: 0, held: 0 };

function fails(measured: Measurement, code: SluiceCode): boolean {
  return Object.values(measured).some((run: RunResult) => run.code === code);
}

function losesMainFlow({ dropped }: RunResult): boolean {
  return dropped.some((label) => label.startsWith('S.'));
}

function pullsWithoutBound({ pulls, runaway }: RunResult, endlessLength: number): boolean {
  return runaway || Object.values(pulls).some((count) => count >= Math.min(YIELDS_AFTER, endlessLength));
}

/** RxJS itself lets other records through when the same ones come at another pace. */
function dependsOnTime({ plainFinite, plainPaced }: Measurement): boolean {
  return plainFinite.items.join() !== plainPaced.items.join();
}
