import type { Witness } from '../credit/protocol.js';
import type { Branch } from './Branch.js';

/** Whoever keeps the books below all branches alike. Where each has its own, none of them has the fan-out in it. */
export function commonWitness<T>(branches: readonly Branch<T>[]): Witness | null {
  const witnesses = new Set(branches.map(({ witness }) => witness));
  const [witness = null] = witnesses;
  return witnesses.size === 1 ? witness : null;
}
