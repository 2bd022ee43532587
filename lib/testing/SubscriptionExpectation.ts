import type { SubscriptionLog } from 'rxjs/internal/testing/SubscriptionLog';
import { CallSite, type Expectation } from './MarbleExpectation.js';
import { drawMarbles, type Row } from './marbles/drawMarbles.js';
import { parseSubscription, type SubscriptionFrames } from './marbles/parseMarbles.js';

/** When a marble source is expected to be subscribed and unsubscribed. */
export class SubscriptionExpectation implements Expectation {
  private readonly checks: (() => void)[] = [];

  constructor(private readonly actual: readonly SubscriptionLog[]) {}

  /** One string of `^` and `!` for each subscription, in order. */
  toBe(marbles: string | readonly string[]): this {
    const callSite = new CallSite();
    const expected = (typeof marbles === 'string' ? [marbles] : marbles)
      .map((each) => parseSubscription(each))
      .filter(({ subscribedFrame }) => subscribedFrame !== Infinity);
    this.checks.push(() => {
      compare(this.actual, expected, callSite);
    });
    return this;
  }

  check(): void {
    for (const check of this.checks) check();
  }
}

function compare(
  actual: readonly SubscriptionFrames[],
  expected: readonly SubscriptionFrames[],
  callSite: CallSite,
): void {
  const alike = (log: SubscriptionFrames, index: number): boolean =>
    log.subscribedFrame === expected[index]?.subscribedFrame &&
    log.unsubscribedFrame === expected[index]?.unsubscribedFrame;
  if (actual.length === expected.length && actual.every(alike)) return;
  const rows = [
    ...expected.map((log, index) => row(`expected ${String(index)}`, log)),
    ...actual.map((log, index) => row(`actual ${String(index)}`, log)),
  ];
  const lines = rows.length === 0 ? [] : drawMarbles(rows).lines.map((line) => `  ${line}`);
  throw callSite.error(['the subscriptions differ:', ...lines].join('\n'));
}

function row(title: string, { subscribedFrame, unsubscribedFrame }: SubscriptionFrames): Row {
  const marks = [
    { frame: subscribedFrame, label: '^' },
    { frame: unsubscribedFrame, label: '!' },
  ];
  return { title, marks: marks.filter(({ frame }) => frame !== Infinity) };
}
