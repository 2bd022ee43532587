import { disconnected } from '../credit/faults.js';
import type { FlowableSubscriber } from '../credit/FlowableSubscriber.js';
import { BufferMachine, type BufferSettings } from '../sources/BufferMachine.js';
import type { Branch } from './Branch.js';

/** The queue of one branch that has a queue of its own. */
export class BranchBuffer<T> extends BufferMachine<T> {
  /** The branch that fills it, once it is there. */
  branch: Branch<T> | null = null;

  constructor(
    output: FlowableSubscriber<T>,
    settings: BufferSettings,
    private readonly disconnects: boolean,
  ) {
    super(output, settings);
  }

  /** Where the trunk belongs to the same books, it ends when what is in it has come down here. */
  override stopPushes(): void {
    const { witness } = this.account;
    if (witness === null || this.branch?.trunk?.witness !== witness) super.stopPushes();
  }

  protected override overflowed(value: T): boolean {
    if (super.overflowed(value)) return true;
    if (!this.disconnects) return false;
    this.fault(disconnected(this.name, this.account.capacity));
    return true;
  }
}
