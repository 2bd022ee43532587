import type { Observable, VirtualTimeScheduler } from 'rxjs';
import { feedsOf, type DemandLog } from './feedsOf.js';
import { CallSite, compareMoments, type Expectation } from './MarbleExpectation.js';
import type { Row } from './marbles/drawMarbles.js';
import { nextAt, type Moment } from './marbles/Moment.js';
import { parseLevels, parseRequests, type DemandEvent } from './marbles/parseDemand.js';
import { parseMarbles, type MarbleValues } from './marbles/parseMarbles.js';
import { MarbleSink } from './MarbleSink.js';

/** What a flow is expected to do under a given demand. */
export class FlowExpectation implements Expectation {
  private readonly sink: MarbleSink;
  private readonly checks: (() => void)[] = [];
  /** How much the flow held, where that changed; null where nobody asks. */
  private levels: Moment[] | null = null;

  /** @internal Made by `expectFlow`. */
  constructor(
    scheduler: VirtualTimeScheduler,
    flow: Observable<unknown>,
    private readonly demand: readonly DemandEvent[] | null,
  ) {
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
    const expected = callSite.blame(() => parseMarbles(marbles, values, error));
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
    const expected = callSite
      .blame(() => parseRequests(marbles, counts))
      .map(({ frame, count }) => nextAt(frame, count));
    this.checks.push(() => {
      compareMoments('what is requested', this.requested(callSite), expected, values, this.demandRow, callSite);
    });
    return this;
  }

  /**
   * How many records the flow holds, where that changes: a digit, or a letter with its number in `counts`. It begins with
   * 0, which is not written, and is read when all that can happen in a millisecond has happened. Held is what a stage has
   * been given and has neither passed on nor settled: in its inbox, in work, or finished and waiting for demand.
   *
   * Where the flow has an operator of your own with a credit of its own, which keeps no such books, held is what the
   * hand-fed sources have delivered less what the sink has been given.
   */
  toBuffer(marbles: string, counts: Readonly<Record<string, number>> = {}): this {
    const callSite = new CallSite();
    const expected = callSite.blame(() => parseLevels(marbles, counts)).map(({ frame, count }) => nextAt(frame, count));
    const levels = (this.levels ??= []);
    this.checks.push(() => {
      this.requireFeeds('toBuffer', callSite);
      compareMoments('what the flow holds', levels, expected, { ...LEVELS, ...counts }, this.demandRow, callSite);
    });
    return this;
  }

  /** @internal */
  frameEnded(frame: number): void {
    const { levels } = this;
    if (levels === null) return;
    if (levels.at(-1)?.frame === frame) levels.pop();
    const { held } = this.sink;
    const before = levels.at(-1)?.notification;
    if (held !== (before?.kind === 'N' ? before.value : 0)) levels.push(nextAt(frame, held));
  }

  /** @internal */
  check(): void {
    for (const check of this.checks) check();
  }

  private requested(callSite: CallSite): Moment[] {
    return this.requireFeeds('toRequest', callSite).flatMap(({ demands }) =>
      demands.map(({ at, count }) => nextAt(at, count)),
    );
  }

  private requireFeeds(what: string, callSite: CallSite): readonly DemandLog[] {
    const feeds = feedsOf(this.sink.account);
    if (feeds.length > 0) return feeds;
    throw callSite.error(
      `${what}: no hand-fed source was subscribed in this flow, and only those record what passes; ` +
        'begin the flow with handFed()',
    );
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

const LEVELS: MarbleValues = Object.fromEntries(Array.from({ length: 10 }, (_, level) => [String(level), level]));

function labelOf(event: DemandEvent): string {
  if (event.kind === 'cancel') return '!';
  if (event.count === Infinity) return '*';
  return event.count < 10 ? String(event.count) : 'n';
}
