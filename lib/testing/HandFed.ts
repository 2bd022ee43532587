import { Flowable } from '../credit/Flowable.js';
import { Feed } from './Feed.js';
import type { Demand } from './feedsOf.js';
import type { Misbehaviour } from './misbehaviour.js';

/** What a test may do while the source is being called. */
export interface HandFedHooks<T> {
  /** Inside the call that says how much is wanted; at the end of the demand if nothing is left to send. */
  readonly demand?: (count: number, source: HandFed<T>) => void;
  /** Inside the call that unsubscribes, or that follows the end. */
  readonly teardown?: (source: HandFed<T>) => void;
}

/**
 * A source that the test feeds by hand. It honours credit: what is sent waits until it is wanted. Every demand is
 * recorded as data, and `misbehave` breaks a rule by name.
 *
 * Each subscription begins `stock` anew, if there is one, and completes at its end; what is sent by hand goes to the
 * latest subscription.
 */
export class HandFed<T> extends Flowable<T> {
  /** One for each subscription, the oldest first. */
  readonly feeds: readonly Feed<T>[];

  private readonly early: T[] = [];

  constructor(stock?: Iterable<T>, hooks: HandFedHooks<T> = {}) {
    const feeds: Feed<T>[] = [];
    super((subscriber) => {
      const feed = new Feed(subscriber, stock, {
        demand: (count) => hooks.demand?.(count, this),
        teardown: () => hooks.teardown?.(this),
      });
      feeds.push(feed);
      feed.send(this.early.splice(0));
      feed.start();
    });
    this.feeds = feeds;
  }

  /** How much was wanted and when, by the latest subscription. */
  get demands(): readonly Demand[] {
    return this.latest?.demands ?? [];
  }

  /** The sum of the demands; Infinity where no stage lies below. */
  get requested(): number {
    return this.demands.reduce((sum, { count }) => sum + count, 0);
  }

  /** Records that the latest subscription has delivered. */
  get delivered(): number {
    return this.latest?.delivered ?? 0;
  }

  /** Records sent by hand that nobody has wanted yet. */
  get waiting(): number {
    return this.latest?.waiting ?? this.early.length;
  }

  /** True from the subscription to the end or the cancellation. */
  get subscribed(): boolean {
    return this.latest?.open ?? false;
  }

  /** Makes records ready. They are delivered at once where there is credit. Without a subscription they wait for one. */
  send(...values: T[]): void {
    if (this.latest === undefined) this.early.push(...values);
    else this.latest.send(values);
  }

  /** Completes when what was sent has been delivered. */
  complete(): void {
    this.required.end({ kind: 'C' });
  }

  /** Fails when what was sent has been delivered. */
  error(error: unknown): void {
    this.required.end({ kind: 'E', error });
  }

  /** Breaks one rule. `value` is the record that is sent against the rule, or the error. */
  misbehave(how: Misbehaviour, value: T): void {
    this.required.misbehave(how, value);
  }

  private get latest(): Feed<T> | undefined {
    return this.feeds[this.feeds.length - 1];
  }

  private get required(): Feed<T> {
    if (this.latest === undefined) throw new Error('handFed: nobody has subscribed to this source yet');
    return this.latest;
  }
}

/**
 * Makes a source that the test feeds by hand.
 *
 * @param stock what each subscription begins with; the source then completes by itself. Left out: it ends when told to.
 * @param hooks called from inside the source's callbacks
 *
 * @example
 * const source = handFed<number>();
 * const sink = handGranted(source.pipe(stage((n: number) => n * 2, { capacity: 4 })));
 * source.demands.map(({ count }) => count); // [4]
 * source.send(1, 2);
 * sink.grant(1);
 * sink.received; // [2]
 */
export function handFed<T>(stock?: Iterable<T>, hooks?: HandFedHooks<T>): HandFed<T> {
  return new HandFed(stock, hooks);
}
