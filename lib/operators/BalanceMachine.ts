import { Inbox } from '../credit/Inbox.js';
import type { DeliveredRecord } from '../credit/protocol.js';
import { Bookkeeper } from '../records/Bookkeeper.js';
import { HandedRecord } from '../records/HandedRecord.js';
import type { RecordContext } from '../records/RecordContext.js';
import type { Branch } from './Branch.js';
import { FanOutMachine, type FanOutSettings, type Waiting } from './FanOutMachine.js';

/**
 * The machine of `balance`: each record goes to one branch that has credit, in turn. Where a stage lies below, a branch
 * knows its records by their contexts, so that those which have not been begun can be taken back from it.
 */
export class BalanceMachine<T> extends FanOutMachine<T> {
  /** Whose turn it is. */
  private turn = 0;
  /** Records that were given back, and that more of them are here for than there is credit. */
  private givenBack = 0;

  constructor(first: readonly Branch<T>[], settings: FanOutSettings, detached: () => void) {
    super(first, settings, detached, true);
  }

  override get isBackPressured(): boolean {
    return this.account.held > 0 && !this.branches.some(({ output }) => output.hasCredit);
  }

  override join(branch: Branch<T>): void {
    const { account } = branch.output;
    if (account.bounded) {
      this.account.witness ??= new Bookkeeper();
      account.ask(this.account.witness);
    }
    super.join(branch);
  }

  override leave(branch: Branch<T>): void {
    const index = this.branches.indexOf(branch);
    if (index >= 0 && index < this.turn) this.turn--;
    super.leave(branch);
  }

  protected handOut(value: T, record: RecordContext | null, number: number): void {
    const branch = this.nextReady();
    if (branch === null) this.inbox.push({ value, record, number });
    else this.give(branch, { value, record, number });
  }

  protected flush(): void {
    while (this.inbox.size > 0 && !this.over) {
      const branch = this.nextReady();
      const waiting = branch === null ? undefined : this.inbox.shift();
      if (branch === null || waiting === undefined) return;
      this.give(branch, waiting);
    }
  }

  protected isDone(): boolean {
    return this.inbox.size === 0;
  }

  /** What it has not begun goes to the others, before what has come since. */
  protected letGo(branch: Branch<T>): void {
    const { holder } = branch.output.account;
    if (holder === null || !this.branches.some((other) => other.goesOnWithout(branch))) return;
    const back = unstarted(holder.unstarted(), branch);
    if (back.length === 0) return;
    const waiting = this.inbox.toArray();
    for (const handed of back) {
      handed.takeBack();
      waiting.push({ value: handed.value as T, record: handed.original, number: handed.number });
    }
    this.inbox = new Inbox();
    for (const next of waiting.sort((one, other) => one.number - other.number)) this.inbox.push(next);
    if (this.account.available >= 0) this.givenBack = 0;
    this.givenBack += back.length;
    // They arrive once more, and the source gives nothing until as many have left.
    this.account.arrivals += back.length;
    this.attend();
  }

  protected override get isOverdrawn(): boolean {
    const { available, overdraft } = this.account;
    return -available > overdraft + this.givenBack;
  }

  private nextReady(): Branch<T> | null {
    const { branches } = this;
    for (let tried = 0; tried < branches.length; tried++) {
      const at = (this.turn + tried) % branches.length;
      const branch = branches[at];
      if (branch === undefined || branch.hasLeft || !branch.ready()) continue;
      this.turn = at + 1;
      return branch;
    }
    return null;
  }

  private give(branch: Branch<T>, { value, record, number }: Waiting<T>): void {
    try {
      branch.give(value, record === null ? null : hand(branch, value, record, number));
    } finally {
      this.account.settled++;
    }
  }
}

function hand<T>(branch: Branch<T>, value: T, record: RecordContext, number: number): HandedRecord {
  const scope = branch.scopeFor(record.witness);
  return new HandedRecord(record, value, number, branch, scope === record ? null : scope);
}

/** Those of which every part that arrived still waits: nothing has been begun with them. */
function unstarted<T>(waiting: readonly DeliveredRecord[], branch: Branch<T>): HandedRecord[] {
  const parts = new Map<DeliveredRecord, number>();
  for (const record of waiting) parts.set(record, (parts.get(record) ?? 0) + 1);
  return [...parts].flatMap(([record, count]) => {
    const handed = branch.handedAs(record);
    const isWhole = handed instanceof HandedRecord && handed.branch === branch && record.references === count;
    return isWhole ? [handed] : [];
  });
}
