import { isObservable, Observable, Subject, takeUntil } from 'rxjs';
import { eachValueFrom } from 'rxjs-for-await';
import * as z from 'zod/mini';
import { CreditAccount } from '../credit/CreditAccount.js';
import { CreditSubject } from '../credit/CreditSubject.js';
import { subscribeWithCredit } from '../credit/subscribeWithCredit.js';
import { SluiceError } from '../credit/SluiceError.js';
import { checkOptions, show } from '../options/checkOptions.js';
import { count } from '../options/common.js';

export interface ToAsyncIterableOptions {
  /** Values that may be on their way or waiting for the loop. Default 16. */
  readonly prefetch?: number | undefined;
}

const SCHEMA = z.strictObject({ prefetch: z.optional(count) });

/** @internal For the test that changes every option in turn. */
export const TO_ASYNC_ITERABLE_OPTIONS: readonly string[] = Object.keys(SCHEMA.def.shape);

/**
 * Turns a flow into an AsyncIterable, bounded: at most `prefetch` values wait. It is `eachValueFrom` of rxjs-for-await
 * behind a credit gate. Each loop subscribes anew; leaving the loop unsubscribes.
 *
 * @throws SluiceError OPTION where an option is unknown or makes no sense
 *
 * @example
 * for await (const row of toAsyncIterable(flow, { prefetch: 8 })) await save(row);
 */
export function toAsyncIterable<T>(flow: Observable<T>, options: ToAsyncIterableOptions = {}): AsyncIterable<T> {
  if (!isObservable(flow))
    throw new SluiceError('OPTION', `toAsyncIterable: flow is ${show(flow)}; give an Observable`);
  const { prefetch = 16 } = checkOptions('toAsyncIterable', SCHEMA, TO_ASYNC_ITERABLE_OPTIONS, options);
  return {
    [Symbol.asyncIterator]() {
      const left = new Subject<void>();
      const values = iterate(flow.pipe(takeUntil(left)), prefetch);
      return {
        next: () => values.next(),
        // A generator's own return waits for a running next, which may never end: the flow is told to end first.
        return: () => {
          left.next();
          return values.return();
        },
      };
    },
  };
}

async function* iterate<T>(flow: Observable<T>, prefetch: number): AsyncGenerator<T, void, void> {
  const credit = new CreditSubject(new CreditAccount('toAsyncIterable', prefetch, null));
  credit.next(prefetch);
  const gated = new Observable<T>((target) => subscribeWithCredit(flow, target, credit));
  for await (const value of eachValueFrom(gated)) {
    yield value;
    credit.next(1);
  }
}
