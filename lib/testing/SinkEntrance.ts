import type { Observable } from 'rxjs';
import type { CreditAccount } from '../credit/CreditAccount.js';
import { recordAt } from '../credit/delivery.js';
import { Entrance } from '../credit/Entrance.js';
import { overdraft } from '../credit/faults.js';
import type { SluiceError } from '../credit/SluiceError.js';

/** How a flow ended. */
export type Ending = { readonly kind: 'complete' } | { readonly kind: 'error'; readonly error: unknown };

/** A notification that came when none may come any more. */
export type Late<T> = { readonly kind: 'next'; readonly value: T } | Ending;

export interface SinkEvents<T> {
  next(value: T): void;
  end(ending: Ending): void;
  late(late: Late<T>): void;
}

/** The entrance of a sink that does not trust what lies above: it hears what other subscribers let pass unheard. */
export class SinkEntrance<T> extends Entrance<T> {
  constructor(
    account: CreditAccount,
    private readonly events: SinkEvents<T>,
  ) {
    super(account);
  }

  subscribeTo(flow: Observable<T>): void {
    this.connect(flow);
  }

  override next(value: T): void {
    if (this.closed) this.events.late({ kind: 'next', value });
    else super.next(value);
  }

  override complete(): void {
    if (this.closed) this.events.late({ kind: 'complete' });
    else super.complete();
  }

  override error(error: unknown): void {
    if (this.closed) this.events.late({ kind: 'error', error });
    else super.error(error);
  }

  protected accept(value: T): void {
    const { account } = this;
    if (account.overdrawn) {
      this.fault(overdraft(account.name, account.overdraft));
      return;
    }
    recordAt(account)?.passedLastStage();
    this.events.next(value);
  }

  protected upstreamCompleted(): void {
    this.events.end({ kind: 'complete' });
  }

  protected upstreamFailed(error: unknown): void {
    this.events.end({ kind: 'error', error });
  }

  protected fault(error: SluiceError): void {
    this.unsubscribe();
    this.events.end({ kind: 'error', error });
  }
}
