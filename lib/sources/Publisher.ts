/**
 * The four types of Reactive Streams 1.0.4, with demand as a number. Where the specification asks for a
 * `NullPointerException`, a `TypeError` is thrown here; its `IllegalArgumentException` is a `RangeError`. Null and
 * undefined are both null.
 */

/** Gives an unbounded number of elements, as many as each of its subscribers has requested. */
export interface Publisher<T> {
  /**
   * Begins for one subscriber. What goes wrong is told by its `onError`, behind `onSubscribe` (1.9).
   *
   * @throws TypeError where `subscriber` is null
   */
  subscribe(subscriber: Subscriber<T>): void;
}

/** Is given `onSubscribe` once, then at most as many `onNext` as it has requested, then at most one end. */
export interface Subscriber<T> {
  /** Nothing comes before it has requested something (2.1). */
  onSubscribe(subscription: Subscription): void;
  /** @throws TypeError where `element` is null (2.13) */
  onNext(element: T): void;
  onError(error: unknown): void;
  onComplete(): void;
}

/** What one subscriber and one publisher have to do with each other. */
export interface Subscription {
  /**
   * Asks for `count` elements more, which may come before this returns. A whole number of at least 1; demand is added
   * up, and from 2^53 - 1 on it is unbounded (3.17).
   */
  request(count: number): void;
  /** Asks for nothing any more. A second call does nothing (3.7). */
  cancel(): void;
}

/** A step between a publisher and a subscriber, bound by the rules of both. */
export interface Processor<T, R> extends Subscriber<T>, Publisher<R> {}

/** Demand that no program uses up: what counts as unbounded (3.17). */
export const UNBOUNDED_DEMAND = Number.MAX_SAFE_INTEGER;
