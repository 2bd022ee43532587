import type { Subscriber } from 'rxjs';

/** The subscriber behind a subscriber, which hears whatever it is told. */
export interface RawTarget<T> {
  next(value: T): void;
  error(error: unknown): void;
  complete(): void;
}

/** The subscriber that `subscriber` writes to. It is not public in RxJS, and it is gone once the stream has ended. */
export function rawTarget<T>(subscriber: Subscriber<T>): RawTarget<T> {
  return (subscriber as unknown as { readonly destination: RawTarget<T> }).destination;
}
