import type { CreditAccount } from '../credit/CreditAccount.js';
import type { Witness } from '../credit/protocol.js';
import type { Branch } from './Branch.js';

/** Whoever keeps the books below all branches alike. Where each has its own, none of them has the fan-out in it. */
export function commonWitness<T>(branches: readonly Branch<T>[]): Witness | null {
  const witnesses = new Set(branches.map(({ witness }) => witness));
  const [witness = null] = witnesses;
  return witnesses.size === 1 ? witness : null;
}

/** The branch whose controller and depth the fan-out has: one that is observed, and of those the deepest. */
export function accountBelow<T>(branches: readonly Branch<T>[]): CreditAccount | null {
  const accounts = branches.map(({ output }) => output.account);
  const weight = ({ observer, depth }: CreditAccount) => [observer !== null, depth] as const;
  return accounts.reduce<CreditAccount | null>((best, account) => {
    if (best === null) return account;
    const [one, other] = [weight(account), weight(best)];
    const differs = one.findIndex((value, index) => value !== other[index]);
    return differs >= 0 && (one[differs] ?? 0) > (other[differs] ?? 0) ? account : best;
  }, null);
}
