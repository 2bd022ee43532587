import { Flowable } from '../credit/Flowable.js';
import { SluiceError } from '../credit/SluiceError.js';
import { show } from '../options/checkOptions.js';
import type { Publisher } from './Publisher.js';
import { PublisherReceiver } from './PublisherReceiver.js';

/**
 * A credited source of what a publisher of Reactive Streams gives: it requests what the stage below has credit for.
 * Of a demand that is larger than any stage's capacity it has 256 on their way at a time. Each subscription subscribes to the publisher anew.
 *
 * A publisher that breaks a rule (more elements than were requested, anything after the end, `onSubscribe` twice, a
 * signal before `onSubscribe`, null) is cancelled, and the flow fails with REACTIVE_STREAMS, which names the rule. What it
 * signals after the flow is over is reported as RxJS reports an unhandled error. Null makes its caller a TypeError too,
 * as rule 2.13 has it.
 *
 * - **Emits** what the publisher gives, at once. Where several producers share a credit, what comes when another one has
 *   used it is held, at most as many as the stage below has places.
 * - **Back-pressures** the publisher by not requesting; with no stage below, demand is unbounded (2^53 - 1).
 * - **Completes** when the publisher completes, and fails with its very error, behind what is held.
 * - **Cancels** the publisher once, unless it has ended.
 *
 * @throws SluiceError OPTION where `publisher` is none
 *
 * @example
 * fromPublisher(client.query('select * from orders')).pipe(stage(save, { concurrency: 8 })).subscribe();
 */
export function fromPublisher<T>(publisher: Publisher<T>): Flowable<T> {
  if (typeof (publisher as Partial<Publisher<T>> | null | undefined)?.subscribe !== 'function') {
    throw new SluiceError(
      'OPTION',
      `fromPublisher: publisher is ${show(publisher)}; give a Publisher, an object with the method subscribe`,
    );
  }
  return new Flowable<T>((subscriber) => {
    const receiver = new PublisherReceiver<T>('fromPublisher');
    receiver.attach(subscriber);
    publisher.subscribe(receiver);
  });
}
