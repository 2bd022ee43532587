import { Observable, Subscriber, type OperatorFunction } from 'rxjs';
import { current } from '../credit/delivery.js';
import type { CreditAccount } from '../credit/CreditAccount.js';
import { ASKS, discoverCredit } from '../credit/discovery.js';
import { Bookkeeper } from '../records/Bookkeeper.js';
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
  readonly [ASKS] = new Bookkeeper();

  private readonly account: CreditAccount | null;

  constructor(private readonly target: Subscriber<{ value: T; record: RecordContext }>) {
    super(target);
    this.account = discoverCredit(target).account;
  }

  override next(value: T): void {
    if (this.closed) return;
    // A push from inside another pipeline's delivery has that pipeline's record around it, which is not its own.
    const witness = this.account?.witness ?? this[ASKS].deputy ?? this[ASKS];
    const around = current.record as RecordContext | null;
    const record = around?.witness === witness ? around : this[ASKS].open(value, null, null);
    this.target.next({ value, record });
  }
}
