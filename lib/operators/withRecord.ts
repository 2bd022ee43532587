import { Observable, Subscriber, type OperatorFunction } from 'rxjs';
import { current } from '../credit/delivery.js';
import { ASKS } from '../credit/discovery.js';
import { unwatched } from '../records/Bookkeeper.js';
import type { RecordContext } from '../records/RecordContext.js';

/**
 * Shows the context that travels beside each value: `{ value, record }`. Contexts are made only because this asks.
 *
 * - **Emits** at once for each value.
 * - **Back-pressures** as the stage below does.
 * - **Completes** when the source completes.
 * - **Cancels** the source.
 *
 * @example
 * fromPull(rows).pipe(map(parse), withRecord()).subscribe(({ value, record }) => console.log(record.origin, value));
 */
export function withRecord<T>(): OperatorFunction<T, { value: T; record: RecordContext }> {
  return (source) => new Observable((target) => source.subscribe(new RecordSubscriber(target)));
}

class RecordSubscriber<T> extends Subscriber<T> {
  readonly [ASKS] = unwatched;

  constructor(private readonly target: Subscriber<{ value: T; record: RecordContext }>) {
    super(target);
  }

  override next(value: T): void {
    if (this.closed) return;
    const record = (current.record as RecordContext | null) ?? unwatched.open(value, null, null);
    this.target.next({ value, record });
  }
}
