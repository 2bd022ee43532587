import type { Processor, Publisher, Subscriber, Subscription } from 'sluice/reactive-streams';
import type { Adapter } from '../Adapter.js';

/**
 * Breaks rules on purpose: the TCK must find at least ten of its tests broken, or the bridge lets everything pass.
 *
 * The publisher gives one element more than requested (1.1), inside a recursion without a bound (3.3), goes on after cancel
 * (3.12), never completes (1.5), forgets earlier demand (3.8), takes any request (3.9) and any subscriber (1.9), and keeps
 * every subscriber for ever (3.13). The processor keeps a second Subscription (2.5), takes null (2.13), cancels inside
 * onComplete (2.3) and hands on an error of its own (4.2).
 */
export const adapter: Adapter = {
  range: (count) => new GreedyPublisher(count),
  failed: () => ({
    subscribe(subscriber) {
      subscriber.onError(new Error('failed on purpose, and too early'));
    },
  }),
  processor: () => new CarelessProcessor(),
};

const kept: unknown[] = [];

/** So that what has no bound ends all the same. */
const MOST = 1000;

class GreedyPublisher implements Publisher<number> {
  constructor(private readonly count: number) {}

  subscribe(subscriber: Subscriber<number> | null): void {
    kept.push(subscriber);
    let next = 0;
    let demand = 0;
    const give = (): void => {
      if (demand-- < 0 || next >= Math.min(this.count, MOST)) return;
      subscriber?.onNext(next++);
      give();
    };
    subscriber?.onSubscribe({
      request: (more) => {
        demand = Math.min(more, 100);
        give();
      },
      cancel: () => undefined,
    });
  }
}

class CarelessProcessor implements Processor<number, number> {
  private upstream: Subscription | null = null;
  private downstream: Subscriber<number> | null = null;
  private wanted = 0;
  private given = 0;

  subscribe(subscriber: Subscriber<number>): void {
    this.downstream = subscriber;
    kept.push(subscriber);
    subscriber.onSubscribe({
      request: (count) => {
        if (this.upstream === null) this.wanted += count;
        else this.upstream.request(count);
      },
      cancel: () => this.upstream?.cancel(),
    });
  }

  onSubscribe(subscription: Subscription): void {
    this.upstream = subscription;
    if (this.wanted > 0) subscription.request(this.wanted);
  }

  onNext(element: number): void {
    if (++this.given > MOST) this.upstream?.cancel();
    this.downstream?.onNext(element);
  }

  onError(error: unknown): void {
    this.downstream?.onError(new Error('another one', { cause: error }));
  }

  onComplete(): void {
    this.upstream?.cancel();
    this.downstream?.onComplete();
  }
}
