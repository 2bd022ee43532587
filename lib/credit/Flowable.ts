import { Observable, type Subscriber, type TeardownLogic } from 'rxjs';
import { FlowableSubscriber } from './FlowableSubscriber.js';

/**
 * An Observable that honours credit: it emits only as much as the nearest stage below has granted. With no stage below
 * it emits all it has, as any Observable does.
 *
 * @example
 * const naturals = new Flowable<number>((subscriber) => {
 *   let n = 0;
 *   subscriber.onDemand(() => {
 *     while (subscriber.balance > 0) subscriber.next(n++);
 *   });
 * });
 */
export class Flowable<T> extends Observable<T> {
  constructor(subscribe: (subscriber: FlowableSubscriber<T>) => TeardownLogic) {
    super((target: Subscriber<T>) => {
      if (target.closed) return;
      const subscriber = new FlowableSubscriber(target);
      subscriber.flow = this;
      try {
        subscriber.add(subscribe(subscriber));
      } catch (error) {
        subscriber.error(error);
      }
    });
  }
}
