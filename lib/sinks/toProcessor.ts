import { defer, finalize, type OperatorFunction } from 'rxjs';
import { Flowable } from '../credit/Flowable.js';
import { SluiceError } from '../credit/SluiceError.js';
import { show } from '../options/checkOptions.js';
import type { Processor } from '../sources/Publisher.js';
import { PublisherReceiver } from '../sources/PublisherReceiver.js';
import { toPublisher } from './toPublisher.js';

/**
 * Turns an operator, or a pipeline of them, into a Processor of Reactive Streams 1.0.4: a `fromPublisher` and a
 * `toPublisher` with the operator between them. It serves one publisher and one subscriber; a second subscriber gets
 * SOURCE_CONSUMED by its `onError`.
 *
 * - **Emits** what the operator emits, against what the subscriber has requested.
 * - **Back-pressures** its publisher: it requests what the first stage has credit for, or where there is no stage what
 *   the subscriber has requested.
 * - **Completes** when the operator does; an error of the publisher is passed on as it is, behind the records that
 *   stages have accepted.
 * - **Cancels** its publisher when the subscriber cancels or the operator ends.
 *
 * @throws SluiceError OPTION where `operator` is no function
 *
 * @example
 * const processor = toProcessor(pipe(filter(isPaid), stage(ship, { concurrency: 4 })));
 * publisher.subscribe(processor);
 * processor.subscribe(subscriber);
 */
export function toProcessor<T, R>(operator: OperatorFunction<T, R>): Processor<T, R> {
  if (typeof operator !== 'function') {
    throw new SluiceError(
      'OPTION',
      `toProcessor: operator is ${show(operator)}; give an operator, (source) => Observable, or pipe(…) of several`,
    );
  }
  const receiver = new PublisherReceiver<T>('toProcessor');
  const received = new Flowable<T>((subscriber) => {
    if (!receiver.attach(subscriber)) throw takenAlready();
  });
  let isTaken = false;
  const outlet = toPublisher(
    defer(() => {
      if (isTaken) throw takenAlready();
      isTaken = true;
      // An operator that never subscribes to its source must not keep the publisher waiting.
      return received.pipe(operator, finalize(receiver.release));
    }),
  );
  return {
    subscribe(subscriber) {
      outlet.subscribe(subscriber);
    },
    onSubscribe(subscription) {
      receiver.onSubscribe(subscription);
    },
    onNext(element) {
      receiver.onNext(element);
    },
    onError(error) {
      receiver.onError(error);
    },
    onComplete() {
      receiver.onComplete();
    },
  };
}

function takenAlready(): SluiceError {
  return new SluiceError(
    'SOURCE_CONSUMED',
    'toProcessor: this processor has been subscribed to already, and serves once: make one for each subscriber',
  );
}
