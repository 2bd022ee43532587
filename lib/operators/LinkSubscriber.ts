import { Subscriber } from 'rxjs';
import type { CreditAccount } from '../credit/CreditAccount.js';
import { ASKS, CREDIT } from '../credit/discovery.js';
import type { Witness } from '../credit/protocol.js';

/** Hands everything on, and lets the flows above find a credit that the chain of destinations would not lead to. */
export class LinkSubscriber<T> extends Subscriber<T> {
  readonly [CREDIT]?: CreditAccount;
  readonly [ASKS]?: Witness;

  constructor(target: Subscriber<T> | undefined, account: CreditAccount | null, asks: Witness | null) {
    super(target);
    if (account !== null) this[CREDIT] = account;
    if (asks !== null) this[ASKS] = asks;
  }
}
