import { current } from '../credit/delivery.js';
import type { SluiceError } from '../credit/SluiceError.js';
import { BranchCopy, CopyCount } from '../records/BranchCopy.js';
import { cancelRecord } from '../records/cancelRecord.js';
import type { RecordContext } from '../records/RecordContext.js';
import type { Branch, Copy, Lagging } from './Branch.js';
import { FanOutMachine, type FanOutSettings } from './FanOutMachine.js';

/**
 * The machine of `broadcast`: every branch is given every record. A branch without credit has a queue of the records it
 * lags behind with; all of those are held here, so that the capacity bounds the queues and the slowest branch sets the
 * demand.
 */
export class BroadcastMachine<T> extends FanOutMachine<T> {
  constructor(first: readonly Branch<T>[], settings: FanOutSettings, detached: () => void) {
    super(first, settings, detached, false);
  }

  override get isBackPressured(): boolean {
    return this.branches.some((branch) => !this.isDone(branch) && !branch.output.hasCredit);
  }

  protected handOut(value: T, record: RecordContext | null): void {
    const copies = record === null ? null : new CopyCount();
    let lagging: Lagging<T> | null = null;
    let failure: { readonly error: unknown } | null = null;
    for (const branch of this.branches) {
      if (branch.hasLeft) continue;
      const copy = record === null || copies === null ? null : this.copyFor(branch, value, record, copies);
      if (branch.queue.size === 0 && branch.ready()) {
        const { producer, record: around, depth } = current;
        try {
          branch.give(value, copy);
        } catch (error) {
          current.producer = producer;
          current.record = around;
          current.depth = depth;
          failure ??= { error };
        }
      } else {
        lagging ??= { value, branches: 0 };
        lagging.branches++;
        branch.queue.push({ of: lagging, copy });
      }
    }
    if (lagging === null) this.account.settled++;
    if (record !== null && copies !== null) allHandedOut(record, copies);
    if (failure !== null) throw failure.error;
  }

  protected flush(): void {
    do {
      while (this.inbox.size > 0 && !this.over) {
        const next = this.inbox.shift();
        if (next !== undefined) this.handOut(next.value, next.record);
      }
      for (const branch of this.branches) this.catchUp(branch);
    } while (this.inbox.size > 0 && !this.over);
  }

  private catchUp(branch: Branch<T>): void {
    const { queue } = branch;
    while (queue.size > 0 && !branch.hasLeft && branch.ready()) {
      const next = queue.shift();
      if (next === undefined) return;
      branch.give(next.of.value, next.copy);
      this.given(next.of);
    }
  }

  protected isDone(branch: Branch<T>): boolean {
    return branch.queue.size === 0;
  }

  protected letGo(branch: Branch<T>): void {
    this.drop(branch, () => true, 'UNSUBSCRIBED');
  }

  override forgo(record: RecordContext, reason: SluiceError): void {
    for (const branch of this.branches) this.drop(branch, ({ copy }) => copy?.isOf(record) === true, reason.code);
    super.forgo(record, reason);
  }

  private drop(branch: Branch<T>, which: (copy: Copy<T>) => boolean, code: SluiceError['code']): void {
    const { queue } = branch;
    for (let left = queue.size; left > 0; left--) {
      const next = queue.shift();
      if (next === undefined) return;
      if (!which(next)) {
        queue.push(next);
        continue;
      }
      cancelRecord(next.copy, code);
      this.given(next.of);
    }
  }

  private given(lagging: Lagging<T>): void {
    if (--lagging.branches === 0) this.account.settled++;
  }

  private copyFor(branch: Branch<T>, value: T, record: RecordContext, copies: CopyCount): BranchCopy {
    const scope = branch.scopeFor(record.witness);
    return new BranchCopy(record, value, branch, copies, scope === record ? null : scope);
  }
}

/** Gives back the reference that was held while copies were made. */
function allHandedOut(record: RecordContext, copies: CopyCount): void {
  copies.made--;
  if (copies.allLost) cancelRecord(record);
  else record.release();
}
