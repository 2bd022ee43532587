import type { FlowableSubscriber } from '../credit/FlowableSubscriber.js';
import { reportUnhandled } from '../credit/inTurn.js';

/**
 * Pulls an asynchronous iterator, one `next()` at a time, and only against credit. The item may come when another
 * producer has used that credit: then this one holds it in hand until there is more.
 */
export function pullAsync<T>(iterator: AsyncIterator<T>, subscriber: FlowableSubscriber<T>): void {
  const puller = new AsyncPuller(iterator, subscriber);
  subscriber.add(puller.release);
  subscriber.onDemand(puller.drain);
}

class AsyncPuller<T> {
  private done = false;
  private pulling = false;
  private hasItem = false;
  private item: T | undefined;

  constructor(
    private readonly iterator: AsyncIterator<T>,
    private readonly subscriber: FlowableSubscriber<T>,
  ) {}

  readonly drain = (): void => {
    while (!this.pulling && this.subscriber.ready()) {
      if (this.hasItem) {
        const item = this.item as T;
        this.hasItem = false;
        this.item = undefined;
        this.subscriber.next(item);
      } else if (this.done) {
        this.subscriber.complete();
        return;
      } else this.pull();
    }
  };

  readonly release = (): void => {
    if (this.done) return;
    this.done = true;
    // `return` is queued behind a running `next` by every async generator; streams cancel it at once.
    const returned = this.iterator.return?.();
    if (typeof returned?.then === 'function') returned.then(undefined, () => undefined);
  };

  private pull(): void {
    this.pulling = true;
    let next;
    try {
      next = this.iterator.next();
    } catch (error) {
      this.done = true;
      throw error;
    }
    if (typeof next.then === 'function') next.then(this.received, this.failed);
    else this.received(next as unknown as IteratorResult<T>);
  }

  private readonly received = (result: IteratorResult<T>): void => {
    this.pulling = false;
    if (this.subscriber.closed) return;
    try {
      if (typeof result !== 'object')
        throw new TypeError(`next() answered ${String(result)}, which is no iterator result`);
      if (result.done !== true) {
        this.hasItem = true;
        this.item = result.value;
        this.subscriber.run();
        return;
      }
      this.done = true;
      this.subscriber.complete();
    } catch (error) {
      // An answer that is no iterator result, or a teardown that threw at the end.
      if (this.subscriber.closed) reportUnhandled(error);
      else this.subscriber.error(error);
    }
  };

  private readonly failed = (error: unknown): void => {
    this.pulling = false;
    this.done = true;
    try {
      this.subscriber.error(error);
    } catch (teardownError) {
      reportUnhandled(teardownError);
    }
  };
}
