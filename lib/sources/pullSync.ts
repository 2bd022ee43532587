import type { FlowableSubscriber } from '../credit/FlowableSubscriber.js';

/** Pulls an iterator, one item for one credit. */
export function pullSync<T>(iterator: Iterator<T>, subscriber: FlowableSubscriber<T>): void {
  let done = false;
  let running = false;
  const release = () => {
    if (done || running) return;
    done = true;
    iterator.return?.();
  };
  subscriber.add(release);
  subscriber.onDemand(() => {
    while (subscriber.ready()) {
      let item;
      running = true;
      try {
        item = iterator.next();
      } catch (error) {
        done = true;
        throw error;
      } finally {
        running = false;
      }
      if (item.done === true) {
        done = true;
        subscriber.complete();
        return;
      }
      // Unsubscribed while `next` ran: its generator could not be returned until now (C9).
      if (subscriber.closed) release();
      else subscriber.send(item.value);
    }
  });
}
