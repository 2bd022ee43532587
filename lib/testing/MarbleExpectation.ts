import { deepEqual } from './marbles/deepEqual.js';
import { drawMarbles, type Row } from './marbles/drawMarbles.js';
import { Labels } from './marbles/Labels.js';
import type { MarbleValues } from './marbles/parseMarbles.js';
import type { Moment } from './marbles/Moment.js';

/** Something a test expects, checked when virtual time has come to its end. */
export interface Expectation {
  check(): void;
}

/** Where in the test an expectation was written. To be made by the method that the test calls. */
export class CallSite {
  private readonly stack: string;

  constructor() {
    const lines = (new Error().stack ?? '').split('\n');
    // Two frames of our own: this constructor, and the method. V8 begins with a line for the message.
    this.stack = lines.slice(lines[0]?.startsWith('Error') === true ? 3 : 2).join('\n');
  }

  /** An error whose stack leads to the expectation and not to the scheduler. */
  error(message: string): Error {
    const error = new Error(message);
    error.stack = `Error: ${message}\n${this.stack}`;
    return error;
  }
}

/**
 * Compares what happened with what was expected, and fails with both as aligned text marbles, a caret under the first
 * difference.
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
  const different = firstDifference(ordered, wanted);
  if (different === null) return;
  const labels = new Labels(values);
  const rowOf = (title: string, moments: readonly Moment[]): Row => ({
    title,
    marks: moments.map((moment) => ({ frame: moment.frame, label: labels.of(moment) })),
  });
  const drawing = drawMarbles([...beside, rowOf('expected', wanted), rowOf('actual', ordered)]);
  const caret = `${' '.repeat(drawing.columnOf(different))}^ ${String(different)} ms`;
  const text = [...drawing.lines, caret, ...labels.legend.map((line) => `where ${line}`)].map((line) => `  ${line}`);
  throw callSite.error([`${subject} differs:`, ...text].join('\n'));
}

/** The frame at which the two sides part; null where they do not. */
function firstDifference(actual: readonly Moment[], expected: readonly Moment[]): number | null {
  for (let index = 0; index < Math.max(actual.length, expected.length); index++) {
    const left = actual[index];
    const right = expected[index];
    if (left === undefined || right === undefined) return (left ?? right)?.frame ?? 0;
    if (left.frame !== right.frame || !deepEqual(left.notification, right.notification)) {
      return Math.min(left.frame, right.frame);
    }
  }
  return null;
}
