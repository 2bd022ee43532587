import type { SubscriptionLog } from 'rxjs/internal/testing/SubscriptionLog';
import { CallSite, type Expectation } from './MarbleExpectation.js';
import { drawMarbles, type Row } from './marbles/drawMarbles.js';
import { parseSubscription, type SubscriptionFrames } from './marbles/parseMarbles.js';

/** When a marble source is expected to be subscribed and unsubscribed. */
export class SubscriptionExpectation implements Expectation {
  private readonly checks: (() => void)[] = [];

  /** @internal Made by `expectSubscriptions`. */
  constructor(private readonly actual: readonly SubscriptionLog[]) {}

  /** One string of `^` and `!` for each subscription, in order. */
  toBe(marbles: string | readonly string[]): this {
    const callSite = new CallSite();
    const expected = callSite
      .blame(() => (typeof marbles === 'string' ? [marbles] : marbles).map((each) => parseSubscription(each)))
      .filter(({ subscribedFrame }) => subscribedFrame !== Infinity);
    this.checks.push(() => {
      compare(this.actual, expected, callSite);
    });
    return this;
  }

  /** @internal */
  check(): void {
    for (const check of this.checks) check();
  }
}

function compare(
  actual: readonly SubscriptionFrames[],
  expected: readonly SubscriptionFrames[],
  callSite: CallSite,
): void {
  const frame = firstDifference(actual, expected);
  if (frame === null) return;
  const rows = [
    ...expected.map((log, index) => row(`expected ${String(index)}`, log)),
    ...actual.map((log, index) => row(`actual ${String(index)}`, log)),
  ];
  const drawing = drawMarbles(rows);
  const lines = [...drawing.lines, `${' '.repeat(drawing.columnOf(frame))}^ ${String(frame)} ms`];
  const title = `the subscriptions differ at ${String(frame)} ms:`;
  throw callSite.error([title, ...lines.map((line) => `  ${line}`)].join('\n'));
}

/** The frame at which the two sides part; null where they do not. */
function firstDifference(
  actual: readonly SubscriptionFrames[],
  expected: readonly SubscriptionFrames[],
): number | null {
  const framesOf = (log: SubscriptionFrames | undefined) => [
    log?.subscribedFrame ?? Infinity,
    log?.unsubscribedFrame ?? Infinity,
  ];
  for (let index = 0; index < Math.max(actual.length, expected.length); index++) {
    const wanted = framesOf(expected[index]);
    for (const [which, frame] of framesOf(actual[index]).entries()) {
      const other = wanted[which] ?? Infinity;
      if (frame !== other) return Math.min(frame, other);
    }
  }
  return null;
}

function row(title: string, { subscribedFrame, unsubscribedFrame }: SubscriptionFrames): Row {
  const marks = [
    { frame: subscribedFrame, label: '^' },
    { frame: unsubscribedFrame, label: '!' },
  ];
  return { title, marks: marks.filter(({ frame }) => frame !== Infinity) };
}
