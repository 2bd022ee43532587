import { Observable, Subscriber, type MonoTypeOperatorFunction } from 'rxjs';

/** A link that says goodbye when it is unsubscribed. */
export function emitsAfterUnsubscribe(): MonoTypeOperatorFunction<number> {
  return (source) =>
    new Observable((target) => {
      source.subscribe(new Subscriber(target));
      return () => {
        target.next(0);
      };
    });
}
