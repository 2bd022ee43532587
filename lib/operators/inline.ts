import { Observable, type OperatorFunction } from 'rxjs';
import { discoverCredit } from '../credit/discovery.js';
import { SluiceError } from '../credit/SluiceError.js';
import { show } from '../options/checkOptions.js';
import { LinkSubscriber } from './LinkSubscriber.js';

/**
 * Lets credit through an operator that subscribes to its source with a plain observer, which cuts the chain that
 * discovery follows (C6c). The operator is applied anew for each subscription, to a source that is bound to the credit
 * of the stage below. It must be synchronous.
 *
 * - **Emits** what the operator emits.
 * - **Back-pressures** as the stage below does: no credit, no delivery into the operator.
 * - **Completes** when the operator completes.
 * - **Cancels** what the operator cancels.
 *
 * @example
 * const evens = (source: Observable<number>) =>
 *   new Observable<number>((subscriber) => source.subscribe({
 *     next: (n) => { if (n % 2 === 0) subscriber.next(n); },
 *     error: (error) => subscriber.error(error),
 *     complete: () => subscriber.complete(),
 *   }));
 * fromPull(naturals()).pipe(inline(evens), stage(save)).subscribe();
 */
export function inline<T, R>(operator: OperatorFunction<T, R>): OperatorFunction<T, R> {
  if (typeof operator !== 'function') {
    throw new SluiceError('OPTION', `inline: operator is ${show(operator)}; give an operator, (source) => Observable`);
  }
  return (source) =>
    new Observable<R>((target) => {
      const { account, asks } = discoverCredit(target);
      const bound = new Observable<T>((inner) => source.subscribe(new LinkSubscriber(inner, account, asks)));
      return operator(bound).subscribe(target);
    });
}
