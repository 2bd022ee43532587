import { deepEqual } from './marbles/deepEqual.js';
import { differences } from './marbles/differences.js';
import { drawMarbles, type Row } from './marbles/drawMarbles.js';
import { Labels } from './marbles/Labels.js';
import type { MarbleValues } from './marbles/parseMarbles.js';
import type { Moment } from './marbles/Moment.js';

/** Something a test expects, checked when virtual time has come to its end. */
export interface Expectation {
  check(): void;
  /** Called when all that can happen in a virtual millisecond has happened. */
  frameEnded?(frame: number): void;
}

/** Where in the test an expectation was written. To be made by the method that the test calls. */
export class CallSite {
  private readonly stack: string;

  constructor() {
    const lines = (new Error().stack ?? '').split('\n');
    // Two frames of our own: this constructor, and the method. V8 begins with a line for the message.
    this.stack = lines.slice(lines[0]?.startsWith('Error') === true ? 3 : 2).join('\n');
  }

  /** What `read` returns; the stack of what it throws leads to this place. */
  blame<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      throw this.error((error as Error).message);
    }
  }

  /** An error whose stack leads to the expectation and not to the scheduler. */
  error(message: string): Error {
    const error = new Error(message);
    error.stack = this.stackOf(`Error: ${message}`);
    return error;
  }

  /** The stack of an error that says `title`, as if it had been made here. */
  stackOf(title: string): string {
    return `${title}\n${this.stack}`;
  }
}

/**
 * Compares what happened with what was expected, and fails with both as aligned text marbles, a caret under the first
 * difference and the difference in words above it.
 */
export function compareMoments(
  subject: string,
  actual: readonly Moment[],
  expected: readonly Moment[],
  values: MarbleValues | undefined,
  beside: readonly Row[],
  callSite: CallSite,
): void {
  const ordered = [...actual].sort((a, b) => a.frame - b.frame);
  const wanted = [...expected].sort((a, b) => a.frame - b.frame);
  const difference = firstDifference(ordered, wanted);
  if (difference === null) return;
  const { frame } = difference;
  const labels = new Labels(values);
  const rowOf = (title: string, moments: readonly Moment[]): Row => ({
    title,
    marks: moments.map((moment) => ({ frame: moment.frame, label: labels.of(moment, title) })),
  });
  const rows = [...beside, rowOf('expected', wanted), rowOf('actual', ordered)];
  const drawing = drawMarbles(rows);
  const text = [
    ...drawing.lines,
    `${' '.repeat(drawing.columnOf(frame))}^ ${String(frame)} ms`,
    ...labels.legend.map((line) => `where ${line}`),
    ...placesOf(difference, labels),
  ];
  const reason = reasonOf(difference, labels);
  throw callSite.error(
    [`${subject} differs at ${String(frame)} ms: ${reason}`, ...text.map((line) => `  ${line}`)].join('\n'),
  );
}

/** Where the two sides part: what is next on each of them, or nothing. */
interface Difference {
  readonly frame: number;
  readonly actual: Moment | undefined;
  readonly expected: Moment | undefined;
}

function firstDifference(actual: readonly Moment[], expected: readonly Moment[]): Difference | null {
  for (let index = 0; index < Math.max(actual.length, expected.length); index++) {
    const left = actual[index];
    const right = expected[index];
    const frame = Math.min(left?.frame ?? Infinity, right?.frame ?? Infinity);
    if (left === undefined || right === undefined || left.frame !== right.frame || !alike(left, right)) {
      return { frame, actual: left, expected: right };
    }
  }
  return null;
}

function alike(actual: Moment, expected: Moment): boolean {
  return deepEqual(actual.notification, expected.notification);
}

/** The first difference in words. */
function reasonOf({ actual, expected }: Difference, labels: Labels): string {
  if (actual === undefined) return expected === undefined ? '' : `${labels.of(expected)} is missing`;
  if (expected === undefined) return `${labels.of(actual)} is not expected`;
  const late = actual.frame - expected.frame;
  if (late !== 0 && alike(actual, expected)) {
    return `${labels.of(actual)} came ${String(Math.abs(late))} ms too ${late > 0 ? 'late' : 'early'}`;
  }
  if (late > 0) return `${labels.of(expected)} is missing`;
  if (late < 0) return `${labels.of(actual)} is not expected`;
  const [wanted, came] = [labels.of(expected), labels.of(actual)];
  return wanted === came ? `another ${came} is expected` : `${wanted} is expected, ${came} came`;
}

/** The members of two values that differ, where both came at the same time. */
function placesOf({ actual, expected }: Difference, labels: Labels): string[] {
  if (actual?.frame !== expected?.frame || actual?.notification.kind !== 'N' || expected?.notification.kind !== 'N') {
    return [];
  }
  const came = labels.of(actual);
  return differences(actual.notification.value, expected.notification.value).map((line) => `${came}${line}`);
}
