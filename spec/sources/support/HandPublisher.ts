import type { Publisher, Subscriber, Subscription } from '../../../lib/sources/Publisher.js';

/** A publisher that the test plays by hand, lawfully or not. It keeps what is asked of it, in order. */
export class HandPublisher<T> implements Publisher<T> {
  /** A number for each request, and 'cancel'. */
  readonly asked: (number | 'cancel')[] = [];
  readonly subscribers: Subscriber<T>[] = [];

  constructor(
    private readonly hooks: {
      /** In place of the lawful onSubscribe. */
      readonly subscribe?: (subscriber: Subscriber<T>) => void;
      readonly request?: (count: number, subscriber: Subscriber<T>) => void;
      readonly cancel?: () => void;
    } = {},
  ) {}

  readonly subscription: Subscription = {
    request: (count) => {
      this.asked.push(count);
      this.hooks.request?.(count, this.subscriber);
    },
    cancel: () => {
      this.asked.push('cancel');
      this.hooks.cancel?.();
    },
  };

  /** The latest one. */
  get subscriber(): Subscriber<T> {
    const subscriber = this.subscribers.at(-1);
    if (subscriber === undefined) throw new Error('nobody has subscribed');
    return subscriber;
  }

  subscribe(subscriber: Subscriber<T>): void {
    this.subscribers.push(subscriber);
    if (this.hooks.subscribe === undefined) subscriber.onSubscribe(this.subscription);
    else this.hooks.subscribe(subscriber);
  }

  give(...elements: T[]): void {
    for (const element of elements) this.subscriber.onNext(element);
  }

  get requested(): number {
    return this.asked.reduce<number>((sum, asked) => sum + (asked === 'cancel' ? 0 : asked), 0);
  }
}
