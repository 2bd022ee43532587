import { from, isObservable, type Observable, type ObservableInput } from 'rxjs';
import { Flowable } from '../credit/Flowable.js';
import { fromPull, type Pullable } from '../sources/fromPull.js';
import { onBackpressureBuffer } from '../sources/onBackpressureBuffer.js';

/**
 * A flow that honours credit, of whatever a project may return. Iterables are pulled. An Observable that is not known
 * to honour credit (a plain one, or a flow behind operators) gets a buffer of `capacity`, which stops it if it can be
 * stopped and fails with OVERFLOW if not. A promise becomes a flow of one.
 */
export function innerFlow<R>(input: ObservableInput<R>, capacity: number): Observable<R> {
  if (input instanceof Flowable) return input as Flowable<R>;
  if (isPullable(input)) {
    const pullable: Pullable<R> = input as Iterable<R>;
    return fromPull<R>(pullable);
  }
  const flow: Observable<R> = isObservable(input) ? input : from(input);
  return onBackpressureBuffer(flow, { capacity, name: 'expandStage (the flow of one record)' });
}

function isPullable(input: unknown): boolean {
  if (typeof input === 'string') return true;
  if (typeof input !== 'object' || input === null || isObservable(input)) return false;
  return Symbol.iterator in input || Symbol.asyncIterator in input || 'getReader' in input;
}
