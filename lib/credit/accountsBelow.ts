import type { Witness } from './protocol.js';

/** What is read and told along a chain of accounts, from a stage to the end of its pipeline. */
export interface ChainedAccount {
  readonly name: string;
  readonly below: ChainedAccount | null;
  readonly branches: readonly ChainedAccount[];
  readonly divides: boolean;
  readonly bounded: boolean;
  readonly concurrency: number;
  readonly batch: number;
  limitAbove: number;
  witness: Witness | null;
}

/** An account that a record may still come to, and into how many ways the records were divided on the way there. */
export interface Reached {
  readonly account: ChainedAccount;
  readonly ways: number;
}

/** The accounts below this one, those of branches included, down to `end` or to the end of the pipeline. */
export function accountsBelow(from: ChainedAccount, ways = 1, end: ChainedAccount | null = null): Reached[] {
  const reached: Reached[] = [];
  for (let above = from; ;) {
    const { branches, below, divides } = above;
    const waysThere = divides ? ways * branches.length : ways;
    for (const branch of branches) reached.push(...accountsFrom(branch, waysThere, below));
    if (below === null || below === end || !below.bounded) return reached;
    reached.push({ account: below, ways });
    above = below;
  }
}

/** The same with the account itself. */
export function accountsFrom(first: ChainedAccount, ways = 1, end: ChainedAccount | null = null): Reached[] {
  if (first === end || !first.bounded) return [];
  return [{ account: first, ways }, ...accountsBelow(first, ways, end)];
}

/**
 * No more than so many records are ever on their way together: a batch that waits for more would never be full. Of ways
 * that divide the records, one is sure to get its share.
 */
export function limitRecords(reached: readonly Reached[], most: number): void {
  for (const { account, ways } of reached) {
    account.limitAbove = Math.min(account.limitAbove, Math.max(1, Math.floor(most / ways)));
  }
}
