import { Observable, type Observer, type Subscriber, type Subscription } from 'rxjs';
import { recordAt } from './delivery.js';
import { Entrance } from './Entrance.js';
import { overdraft } from './faults.js';
import { CreditSubject } from './CreditSubject.js';
import { SluiceError } from './SluiceError.js';

/**
 * Subscribes to any Observable and lets `credit` say how many records may come. You are the consumer: each record that
 * arrives costs one credit, and you grant more with `credit.next(n)`.
 *
 * - **Emits** each record to `observer` when it arrives, which is at once where there is credit.
 * - **Back-pressures** the producers above while `credit.balance` is not positive. A source that cannot stop and pushes
 *   all the same fails with OVERFLOW.
 * - **Completes** when the source completes.
 * - **Cancels** the source when the returned subscription is unsubscribed.
 *
 * One CreditSubject serves one subscription; a second one throws CREDIT.
 *
 * @example
 * const credit = new CreditSubject();
 * const subscription = subscribeWithCredit(fromPull([1, 2, 3]), (n) => console.log(n), credit);
 * credit.next(2); // 1 2
 * subscription.unsubscribe();
 */
export function subscribeWithCredit<T>(
  source: Observable<T>,
  observer: Partial<Observer<T>> | ((value: T) => void),
  credit: CreditSubject,
): Subscription {
  if (!(credit instanceof CreditSubject)) {
    throw new SluiceError('CREDIT', 'subscribeWithCredit: the third argument must be a CreditSubject');
  }
  if (served.has(credit)) {
    throw new SluiceError(
      'CREDIT',
      'subscribeWithCredit: this CreditSubject serves a subscription already; make another',
    );
  }
  served.add(credit);
  return new Observable<T>((output) => {
    new Consumer(output, credit).subscribeTo(source);
  }).subscribe(observer);
}

const served = new WeakSet<CreditSubject>();

class Consumer<T> extends Entrance<T> {
  constructor(
    private readonly output: Subscriber<T>,
    credit: CreditSubject,
  ) {
    super(credit.account);
    output.add(() => {
      this.unsubscribe();
    });
  }

  subscribeTo(source: Observable<T>): void {
    this.connect(source);
  }

  /** The consumer is taken to be ready: what arrives has left the last stage (C14). */
  protected accept(value: T): void {
    const { account } = this;
    if (account.overdrawn) {
      this.fault(overdraft(account.name, account.overdraft));
      return;
    }
    recordAt(account)?.passedLastStage();
    this.output.next(value);
  }

  protected upstreamCompleted(): void {
    this.output.complete();
  }

  protected upstreamFailed(error: unknown): void {
    this.output.error(error);
  }

  protected fault(error: SluiceError): void {
    this.output.error(error);
  }
}
