import { Subject } from 'rxjs';
import { CreditAccount } from './CreditAccount.js';
import { SluiceError } from './SluiceError.js';

/**
 * Announces grants upwards and holds the balance. A stage owns one; your own code owns one when it plays the consumer
 * with `subscribeWithCredit`.
 *
 * **Your own `.next(5)` grants five records more**: it adds to the balance, tells the Subject's observers, and then
 * asks the producers above, which may deliver before `next` returns. A grant cannot be taken back. What is not a
 * whole number of at least 1 throws CREDIT and grants nothing. `complete()` and `error()` end the announcements and
 * with them all further grants; what was granted before still holds.
 *
 * @example
 * const credit = new CreditSubject();
 * subscribeWithCredit(fromPull(naturals()), (n) => console.log(n), credit);
 * credit.next(3); // prints 0 1 2, and nothing more
 */
export class CreditSubject extends Subject<number> {
  /** @internal The arithmetic behind it. */
  readonly account: CreditAccount;

  private ended = false;

  constructor(account: CreditAccount = new CreditAccount('your consumer', 256, null)) {
    super();
    this.account = account;
    account.grants = this;
  }

  /** Records that may still arrive. Negative while an expansion in the link has overdrawn it. */
  get balance(): number {
    return this.account.available;
  }

  override next(count: number): void {
    if (!Number.isSafeInteger(count) || count < 1) {
      throw new SluiceError('CREDIT', `CreditSubject.next(${String(count)}): grant a whole number of at least 1`);
    }
    if (this.ended || this.closed) return;
    this.account.grant(count);
    if (this.observed) super.next(count);
    this.account.pump();
  }

  override complete(): void {
    this.ended = true;
    super.complete();
  }

  override error(error: unknown): void {
    this.ended = true;
    super.error(error);
  }
}
