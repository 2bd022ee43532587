import type { FlowableSubscriber } from '../credit/FlowableSubscriber.js';
import { Inbox } from '../credit/Inbox.js';
import { reportUnhandled } from '../credit/inTurn.js';
import { SluiceError } from '../credit/SluiceError.js';
import { show } from '../options/checkOptions.js';
import { DEFAULT_CAPACITY } from '../options/common.js';
import { UNBOUNDED_DEMAND, type Subscriber, type Subscription } from './Publisher.js';

type Ending = { readonly kind: 'complete' } | { readonly kind: 'error'; readonly error: unknown };

/** The most that is requested at once where demand is larger than the capacity of any stage. */
const WINDOW = DEFAULT_CAPACITY;

/**
 * The side of a flow that a publisher sees. It requests what the stage below has credit for and hands on what comes;
 * what comes when another producer has used that credit is held, up to what was requested.
 *
 * It does not trust the publisher: a broken rule fails the flow, and what is signalled after its end is reported as
 * RxJS reports an unhandled error.
 */
export class PublisherReceiver<T> implements Subscriber<T> {
  private subscriber: FlowableSubscriber<T> | null = null;
  private subscription: Subscription | null = null;
  private readonly held = new Inbox<T>();
  /** Requested and not yet come. */
  private outstanding = 0;
  private wasSubscribed = false;
  /** The publisher has said its last. */
  private hasEnded = false;
  /** Nothing more is wanted of it. */
  private cancelled = false;
  /** What the flow is told behind what is held. */
  private ending: Ending | null = null;
  private requesting = false;
  private sending = false;
  private receiving = false;

  constructor(
    /** What stands before the error messages. */
    private readonly name: string,
  ) {}

  /** Makes `subscriber` the one that is given all this. False: there is one already. */
  attach(subscriber: FlowableSubscriber<T>): boolean {
    if (this.subscriber !== null) return false;
    this.subscriber = subscriber;
    subscriber.add(this.release);
    subscriber.onDemand(this.drain);
    this.endIfDone();
    return true;
  }

  /** Cancels, once; a publisher that has ended is left alone (2.3, 2.4). */
  readonly release = (): void => {
    const { subscription, cancelled } = this;
    this.subscription = null;
    this.cancelled = true;
    this.held.clear();
    if (!cancelled && !this.hasEnded) subscription?.cancel();
  };

  onSubscribe(subscription: Subscription): void {
    if (isNull(subscription)) {
      this.breaks('2.13', `onSubscribe(${String(subscription)}): a Subscription may not be null`);
      throw new TypeError(`onSubscribe: the Subscription is ${String(subscription)} (rule 2.13)`);
    }
    if (!isSubscription(subscription)) {
      this.breaks('1.9', `onSubscribe(${show(subscription)}): a Subscription has the methods request and cancel`);
    } else if (this.wasSubscribed || this.hasEnded) {
      cancelQuietly(subscription);
      this.breaks('2.12', 'onSubscribe was called a second time; that Subscription is cancelled (2.5)');
    } else {
      this.wasSubscribed = true;
      if (this.cancelled) cancelQuietly(subscription);
      else {
        this.subscription = subscription;
        this.run();
      }
    }
  }

  onNext(element: T): void {
    if (isNull(element)) {
      this.breaks('2.13', `onNext(${String(element)}): an element may not be null`);
      throw new TypeError(`onNext: the element is ${String(element)} (rule 2.13)`);
    }
    if (this.hasEnded) this.breaks('1.7', `onNext(${show(element)}) was called after the end`);
    else if (this.cancelled) return;
    else if (!this.wasSubscribed) this.breaks('1.9', `onNext(${show(element)}) was called before onSubscribe`);
    else if (this.outstanding === 0) this.breaks('1.1', `onNext(${show(element)}) is more than was requested`);
    else this.receive(element);
  }

  onError(error: unknown): void {
    if (isNull(error)) {
      this.breaks('2.13', `onError(${String(error)}): an error may not be null`);
      throw new TypeError(`onError: the error is ${String(error)} (rule 2.13)`);
    }
    this.end('onError', { kind: 'error', error });
  }

  onComplete(): void {
    this.end('onComplete', { kind: 'complete' });
  }

  private end(signal: string, ending: Ending): void {
    const cause = ending.kind === 'error' ? { cause: ending.error } : undefined;
    if (this.hasEnded) this.breaks('1.7', `${signal} was called after the end`, cause);
    else if (!this.wasSubscribed) this.breaks('1.9', `${signal} was called before onSubscribe`, cause);
    else {
      this.hasEnded = true;
      // What was cancelled may still say its last, and nobody is there to hear it (2.8).
      if (this.cancelled) return;
      this.ending = ending;
      this.endIfDone();
    }
  }

  private receive(element: T): void {
    this.outstanding--;
    const { subscriber } = this;
    if (!this.requesting || this.sending || subscriber === null) {
      this.held.push(element);
      this.receiving = true;
      this.run();
      this.receiving = false;
      return;
    }
    // The publisher answers from inside `request`: whatever it was asked for, nothing needs to be held.
    try {
      this.sendHeld(subscriber);
      if (this.held.size === 0 && subscriber.ready()) this.send(element, subscriber);
      else if (!this.cancelled) this.held.push(element);
    } catch (error) {
      if (subscriber.closed) reportUnhandled(error);
      else subscriber.error(error);
    }
  }

  private readonly drain = (): void => {
    const { subscriber } = this;
    if (subscriber === null) return;
    for (;;) {
      this.sendHeld(subscriber);
      if (this.endIfDone()) return;
      const { subscription } = this;
      const count = this.wanted(subscriber);
      if (count === 0 || subscription === null) return;
      this.outstanding += count;
      this.requesting = true;
      try {
        subscription.request(count);
      } finally {
        this.requesting = false;
      }
    }
  };

  private sendHeld(subscriber: FlowableSubscriber<T>): void {
    const { held } = this;
    while (held.size > 0 && subscriber.ready()) this.send(held.shift() as T, subscriber);
  }

  private send(element: T, subscriber: FlowableSubscriber<T>): void {
    this.sending = true;
    try {
      subscriber.send(element);
    } finally {
      this.sending = false;
    }
  }

  /**
   * What to request now. A grant is passed on as it comes, for it is coalesced already. What operators in the link have
   * dropped is asked for again when half of what is wanted is no longer on its way (C4). A consumer may grant more than
   * any stage has places: then a window is on its way at once, so that what is held is bounded whatever the demand.
   */
  private wanted(subscriber: FlowableSubscriber<T>): number {
    if (this.ending !== null || this.cancelled || this.held.size > 0) return 0;
    const { balance, account } = subscriber;
    if (!account.bounded) return this.outstanding === 0 && balance > 0 ? UNBOUNDED_DEMAND : 0;
    const missing = Math.min(balance, Math.max(account.capacity, WINDOW)) - this.outstanding;
    if (missing <= 0 || (this.receiving && missing < this.outstanding)) return 0;
    return missing;
  }

  /** The end waits behind what is held (C10), and behind the delivery that goes on. */
  private endIfDone(): boolean {
    const { ending, subscriber } = this;
    if (ending === null || subscriber === null || this.held.size > 0 || this.sending) return false;
    quietly(() => {
      if (ending.kind === 'complete') subscriber.complete();
      else subscriber.error(ending.error);
    });
    return true;
  }

  /** The publisher is cancelled and the flow fails; where the flow is over, the error is reported. */
  private breaks(rule: string, what: string, options?: { readonly cause: unknown }): void {
    const error = new SluiceError(
      'REACTIVE_STREAMS',
      `${this.name}: the publisher broke rule ${rule} of Reactive Streams: ${what}. Mend the publisher, ` +
        `or bring it in by new Observable and onBackpressureBuffer, which take what comes`,
      options,
    );
    if (this.cancelled || this.ending !== null) {
      reportUnhandled(error);
      return;
    }
    const { subscription, hasEnded } = this;
    this.subscription = null;
    this.cancelled = true;
    if (!hasEnded && subscription !== null) cancelQuietly(subscription);
    this.ending = { kind: 'error', error };
    this.endIfDone();
  }

  private run(): void {
    quietly(() => this.subscriber?.run());
  }
}

function cancelQuietly(subscription: Subscription): void {
  quietly(() => {
    subscription.cancel();
  });
}

/** A Subscriber returns normally (2.13): what a teardown throws is nobody's up there. */
function quietly(work: () => void): void {
  try {
    work();
  } catch (error) {
    reportUnhandled(error);
  }
}

function isNull(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

function isSubscription(value: unknown): value is Subscription {
  if (typeof value !== 'object' || value === null) return false;
  const { request, cancel } = value as Partial<Subscription>;
  return typeof request === 'function' && typeof cancel === 'function';
}
