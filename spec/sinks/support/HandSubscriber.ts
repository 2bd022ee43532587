import type { Subscriber, Subscription } from '../../../lib/sources/Publisher.js';

/** What a test may do while the subscriber is being called. */
export type Hooks<T> = Partial<{
  onSubscribe(subscription: Subscription): void;
  onNext(element: T, subscription: Subscription): void;
  onError(error: unknown): void;
  onComplete(): void;
}>;

/** A subscriber that requests what the test says and keeps every signal, in order. */
export class HandSubscriber<T> implements Subscriber<T> {
  readonly signals: unknown[] = [];
  /** How deep its methods have been on the stack at most: 1 where signals are serial. */
  deepest = 0;
  private depth = 0;
  private given: Subscription | null = null;

  constructor(private readonly hooks: Hooks<T> = {}) {}

  get subscription(): Subscription {
    if (this.given === null) throw new Error('onSubscribe has not been called');
    return this.given;
  }

  request(count: number): void {
    this.subscription.request(count);
  }

  cancel(): void {
    this.subscription.cancel();
  }

  onSubscribe(subscription: Subscription): void {
    this.given = subscription;
    this.note('subscribed', () => this.hooks.onSubscribe?.(subscription));
  }

  onNext(element: T): void {
    this.note(element, () => this.hooks.onNext?.(element, this.subscription));
  }

  onError(error: unknown): void {
    this.note({ error }, () => this.hooks.onError?.(error));
  }

  onComplete(): void {
    this.note('complete', () => this.hooks.onComplete?.());
  }

  private note(signal: unknown, hook: () => void): void {
    this.signals.push(signal);
    this.deepest = Math.max(this.deepest, ++this.depth);
    try {
      hook();
    } finally {
      this.depth--;
    }
  }
}
