import { isObservable, type Observable } from 'rxjs';
import { SluiceError } from '../credit/SluiceError.js';
import { show } from '../options/checkOptions.js';
import type { Publisher, Subscriber } from '../sources/Publisher.js';
import { PublisherOutlet } from './PublisherOutlet.js';

/**
 * Turns a flow into a Publisher of Reactive Streams 1.0.4. What a subscriber requests is the credit of the flow: nothing
 * is pulled that was not requested, and nothing is given beyond it. Each subscriber subscribes to the flow anew (1.11).
 *
 * - **Emits** each record when it arrives, from inside `request` where the flow is synchronous. What operators in the
 *   link make too many of one (C3) waits for the next request.
 * - **Back-pressures** the flow while nothing is requested. A source that cannot stop fails with OVERFLOW.
 * - **Completes** when the flow has completed and all is given, and fails with the flow's very error.
 * - **Cancels** the flow at once, and forgets the subscriber (3.13).
 *
 * `request` with anything but a whole number of at least 1 cancels the flow and ends with a RangeError that names rule
 * 3.9. Null and undefined are values in a flow and none in Reactive Streams: there the stream ends with REACTIVE_STREAMS.
 * What a subscriber's methods throw cancels the flow and is reported as RxJS reports an unhandled error (2.13).
 *
 * @throws SluiceError OPTION where `flow` is no Observable
 *
 * @example
 * toPublisher(fromPull([1, 2, 3])).subscribe({
 *   onSubscribe: (subscription) => subscription.request(2),
 *   onNext: (n) => console.log(n), // 1 2
 *   onError: (error) => console.error(error),
 *   onComplete: () => console.log('done'),
 * });
 */
export function toPublisher<T>(flow: Observable<T>): Publisher<T> {
  if (!isObservable(flow)) {
    throw new SluiceError('OPTION', `toPublisher: flow is ${show(flow)}; give an Observable`);
  }
  return {
    subscribe(subscriber: Subscriber<T>): void {
      refuseWhatIsNone(subscriber);
      new PublisherOutlet<T>(subscriber).begin(flow);
    },
  };
}

const METHODS = ['onSubscribe', 'onNext', 'onError', 'onComplete'] as const;

/** There is nobody yet whose onError could be called: the caller is told (1.9). */
function refuseWhatIsNone(subscriber: Partial<Record<(typeof METHODS)[number], unknown>> | null | undefined): void {
  if (subscriber === null || subscriber === undefined) {
    throw new TypeError(`subscribe: the Subscriber is ${String(subscriber)} (rule 1.9)`);
  }
  const missing = METHODS.find((method) => typeof subscriber[method] !== 'function');
  if (missing !== undefined) throw new TypeError(`subscribe: the Subscriber has no method ${missing} (rule 1.9)`);
}
