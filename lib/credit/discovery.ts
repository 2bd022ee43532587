import type { Unsubscribable } from 'rxjs';
import type { CreditAccount } from './CreditAccount.js';
import type { Witness } from './protocol.js';

/**
 * Rule C6. A subscriber that carries this property grants the credit in it. A registered symbol and not a class,
 * because two copies of the library in one program must find each other.
 */
export const CREDIT = Symbol.for('sluice.credit.1');

/** A subscriber in a link that carries this wants records to have a context, and says who opens it (withRecord). */
export const ASKS = Symbol.for('sluice.asks.1');

export interface CreditHolder {
  readonly [CREDIT]: CreditAccount;
}

interface Link {
  readonly [CREDIT]?: CreditAccount;
  readonly [ASKS]?: Witness;
  /** The one thing of RxJS that is not public: every built-in operator's subscriber names the next one with it. */
  readonly destination?: unknown;
}

export interface Discovery {
  /** Null: no stage below, demand is unbounded. */
  readonly account: CreditAccount | null;
  readonly asks: Witness | null;
}

/**
 * Whether anything below this subscriber has been unsubscribed, so that the subscriber itself is about to be. RxJS marks
 * what is unsubscribed before it tells those above.
 */
export function isBeingReleased(subscriber: object): boolean {
  return subscribersBelow(subscriber).some(({ closed }) => closed);
}

/** Where the chain below this subscriber ends, through all stages: what is unsubscribed there is unsubscribed as a whole. */
export function endOfChain(subscriber: object): Closable {
  const chain = subscribersBelow(subscriber);
  return chain[chain.length - 1] ?? { closed: true };
}

export interface Closable {
  readonly closed: boolean;
}

/** The subscriber and those below it, stage by stage. An observer that RxJS puts where none is given is no subscriber. */
function subscribersBelow(subscriber: object): readonly Closable[] {
  const chain: Closable[] = [];
  let link: unknown = subscriber;
  while (typeof link === 'object' && link !== null) {
    const { [CREDIT]: account, closed, unsubscribe, destination } = link as Link & Partial<Closable & Unsubscribable>;
    if (closed !== undefined && unsubscribe !== undefined) chain.push(link as Closable);
    link = account === undefined || account.output === null ? destination : account.output;
  }
  return chain;
}

/** Walks down the chain of destinations to the nearest entrance. There is no limit on the walk. */
export function discoverCredit(subscriber: object): Discovery {
  let asks: Witness | null = null;
  let link: unknown = subscriber;
  while (typeof link === 'object' && link !== null) {
    const { [CREDIT]: account, [ASKS]: askedHere, destination } = link as Link;
    asks ??= askedHere ?? null;
    if (account !== undefined) return { account, asks };
    link = destination;
  }
  return { account: null, asks };
}
