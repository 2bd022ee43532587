import type { Observable, Subscription, VirtualTimeScheduler } from 'rxjs';
import { CallSite, compareMoments, type Expectation } from './MarbleExpectation.js';
import type { Moment } from './marbles/Moment.js';
import { parseMarbles, type MarbleValues, type SubscriptionFrames } from './marbles/parseMarbles.js';
import { recordMoments } from './recordMoments.js';

/** What an Observable is expected to emit to a subscriber with unbounded demand. */
export class ObservableExpectation implements Expectation {
  private readonly actual: Moment[] = [];
  private readonly subscribedFrame: number;
  private readonly checks: (() => void)[] = [];

  /** @internal Made by `expectObservable`. */
  constructor(
    private readonly scheduler: VirtualTimeScheduler,
    observable: Observable<unknown>,
    { subscribedFrame, unsubscribedFrame }: SubscriptionFrames,
  ) {
    this.subscribedFrame = subscribedFrame === Infinity ? 0 : subscribedFrame;
    this.record(observable, this.actual, unsubscribedFrame);
  }

  /** Letters stand for `values`, or for themselves; `#` for `error`. */
  toBe(marbles: string, values?: MarbleValues, error?: unknown): this {
    const callSite = new CallSite();
    const expected = callSite.blame(() => parseMarbles(marbles, values, error));
    this.checks.push(() => {
      compareMoments('what the Observable emits', this.actual, expected, values, [], callSite);
    });
    return this;
  }

  /** The same as another Observable, subscribed at the same time. */
  toEqual(other: Observable<unknown>): this {
    const callSite = new CallSite();
    const expected: Moment[] = [];
    this.record(other, expected, Infinity);
    this.checks.push(() => {
      compareMoments('what the Observable emits', this.actual, expected, undefined, [], callSite);
    });
    return this;
  }

  /** @internal */
  check(): void {
    for (const check of this.checks) check();
  }

  private record(observable: Observable<unknown>, moments: Moment[], until: number): void {
    let subscription: Subscription | undefined;
    this.scheduler.schedule(() => {
      subscription = observable.subscribe(recordMoments(this.scheduler, moments));
    }, this.subscribedFrame);
    if (until === Infinity) return;
    this.scheduler.schedule(() => subscription?.unsubscribe(), until);
  }
}
