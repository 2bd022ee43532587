import type { Observable, VirtualTimeScheduler } from 'rxjs';
import { feedsOf } from './feedsOf.js';
import { CallSite, compareMoments, type Expectation } from './MarbleExpectation.js';
import type { Row } from './marbles/drawMarbles.js';
import { nextAt, type Moment } from './marbles/Moment.js';
import { parseDemand, type DemandEvent } from './marbles/parseDemand.js';
import { parseMarbles, type MarbleValues } from './marbles/parseMarbles.js';
import { MarbleSink } from './MarbleSink.js';

/** What a flow is expected to do under a given demand. */
export class FlowExpectation implements Expectation {
  private readonly sink: MarbleSink;
  private readonly demand: readonly DemandEvent[] | null;
  private readonly checks: (() => void)[] = [];

  constructor(
    scheduler: VirtualTimeScheduler,
    flow: Observable<unknown>,
    demand?: string,
    counts?: Readonly<Record<string, number>>,
  ) {
    this.demand = demand === undefined ? null : parseDemand(demand, counts);
    const sink = new MarbleSink(scheduler, this.demand === null);
    this.sink = sink;
    scheduler.schedule(() => {
      sink.subscribeTo(flow);
    });
    for (const event of this.demand ?? []) {
      scheduler.schedule(() => {
        sink.perform(event);
      }, event.frame);
    }
  }

  /** What the sink is given. Letters stand for `values`, or for themselves; `#` for `error`. */
  toEmit(marbles: string, values?: MarbleValues, error?: unknown): this {
    const callSite = new CallSite();
    const expected = parseMarbles(marbles, values, error);
    this.checks.push(() => {
      compareMoments('what the flow emits', this.sink.moments, expected, values, this.demandRow, callSite);
    });
    return this;
  }

  /**
   * What was requested from the hand-fed sources of the flow: a digit is that many records, a letter what `counts` says
   * (for more than 9), `*` is unbounded demand.
   */
  toRequest(marbles: string, counts: Readonly<Record<string, number>> = {}): this {
    const callSite = new CallSite();
    const values = { ...DIGITS, ...counts };
    const expected = parseDemand(marbles, counts).flatMap((event) =>
      event.kind === 'grant' ? [nextAt(event.frame, event.count)] : [],
    );
    this.checks.push(() => {
      compareMoments('what is requested', this.requested(callSite), expected, values, this.demandRow, callSite);
    });
    return this;
  }

  check(): void {
    for (const check of this.checks) check();
  }

  private requested(callSite: CallSite): Moment[] {
    const feeds = feedsOf(this.sink.account);
    if (feeds.length === 0) {
      throw callSite.error(
        'toRequest: no hand-fed source was subscribed in this flow, and only those record what is requested; ' +
          'begin the flow with handFed()',
      );
    }
    return feeds.flatMap(({ demands }) => demands.map(({ at, count }) => nextAt(at, count)));
  }

  private get demandRow(): Row[] {
    if (this.demand === null) return [];
    return [{ title: 'demand', marks: this.demand.map((event) => ({ frame: event.frame, label: labelOf(event) })) }];
  }
}

const DIGITS: MarbleValues = {
  ...Object.fromEntries(Array.from({ length: 9 }, (_, index) => [String(index + 1), index + 1])),
  '*': Infinity,
};

function labelOf(event: DemandEvent): string {
  if (event.kind === 'cancel') return '!';
  if (event.count === Infinity) return '*';
  return event.count < 10 ? String(event.count) : 'n';
}
