import type { CreditAccount } from '../credit/CreditAccount.js';

/** How much was wanted at which millisecond; Infinity where demand is unbounded. */
export interface Demand {
  readonly at: number;
  readonly count: number;
}

/** One subscription to a hand-fed source, as far as demand goes. */
export interface DemandLog {
  readonly demands: readonly Demand[];
  /** Records that have been delivered. */
  readonly delivered: number;
  /** @internal The credit of the stage that they arrive at. */
  readonly account: CreditAccount;
}

const feeds = new WeakMap<CreditAccount, DemandLog[]>();
let subscribing: CreditAccount | null = null;

/** Subscribes by `subscribe`; every hand-fed source that is subscribed meanwhile belongs to the sink with `account`. */
export function subscribingFor(account: CreditAccount, subscribe: () => void): void {
  const outer = subscribing;
  subscribing = account;
  try {
    subscribe();
  } finally {
    subscribing = outer;
  }
}

/**
 * Notes a source's subscription under the end of its pipeline: the account at the bottom of the chain, and the sink
 * that is being subscribed, since an operator with a credit of its own starts a chain of its own.
 */
export function belongsTo(account: CreditAccount, feed: DemandLog): void {
  let end = account;
  while (end.below !== null) end = end.below;
  for (const key of new Set([end, subscribing])) {
    if (key === null) continue;
    const known = feeds.get(key);
    if (known === undefined) feeds.set(key, [feed]);
    else known.push(feed);
  }
}

/** The subscriptions to hand-fed sources above the sink with this account, in order. */
export function feedsOf(account: CreditAccount): readonly DemandLog[] {
  return feeds.get(account) ?? [];
}

/** Records between the hand-fed sources and the sink with this account, which has been given `received`. */
export function heldAbove(account: CreditAccount, received: number): number {
  const stages = new Set<CreditAccount>();
  let delivered = 0;
  let complete = true;
  for (const feed of feedsOf(account)) {
    delivered += feed.delivered;
    let at = feed.account;
    for (; at.below !== null; at = at.below) stages.add(at);
    // A chain that ends elsewhere passes an operator with a credit of its own, and nobody knows what that one holds.
    if (at.bounded && at !== account) complete = false;
  }
  if (!complete) return delivered - received;
  return [...stages].reduce((sum, { held }) => sum + held, 0);
}
