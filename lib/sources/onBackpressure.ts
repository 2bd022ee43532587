import type { Observable } from 'rxjs';
import type { MonoTypeOperatorFunction } from 'rxjs';
import { isFlow } from '../credit/Entrance.js';
import { Flowable } from '../credit/Flowable.js';
import { BufferMachine, type BufferSettings } from './BufferMachine.js';

/** Called as an operator or, as `onBackpressureLatest(subject)`, with the source itself. */
export interface BackpressurePolicy<O> {
  <T>(options?: O & DropListener<T>): MonoTypeOperatorFunction<T>;
  <T>(source: Observable<T>, options?: O & DropListener<T>): Flowable<T>;
}

export interface DropListener<T> {
  /** Called with each value that is dropped. What it throws fails the stream. */
  readonly onDrop?: ((value: T) => void) | undefined;
}

/** Tells the two ways of calling a policy apart. */
export function policy<O>(settle: (options: O | undefined) => BufferSettings): BackpressurePolicy<O> {
  const apply = <T>(source: Observable<T>, settings: BufferSettings): Flowable<T> =>
    new Flowable<T>((output) => {
      new BufferMachine<T>(output, settings).start(source);
    });
  const call = <T>(first?: Observable<T> | O, second?: O): unknown => {
    if (isFlow(first)) return apply(first as Observable<T>, settle(second));
    const settings = settle(first as O | undefined);
    return (source: Observable<T>) => apply(source, settings);
  };
  return call as BackpressurePolicy<O>;
}
