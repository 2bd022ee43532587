import { current, isDeliveryOf } from '../credit/delivery.js';
import { BUSY, IDLE, WAITING } from '../credit/DrainLoop.js';
import { isFlow } from '../credit/Entrance.js';
import type { FlowableSubscriber } from '../credit/FlowableSubscriber.js';
import type { StageOptions } from '../options/common.js';
import { StageCore } from './StageCore.js';

/**
 * The machine of `mergeFlowables`: all its inputs draw on one credit, in turns, and what comes is handed on as it is.
 * The inbox is empty unless the stage below has no credit.
 */
export class MergeMachine<T> extends StageCore<T, T> {
  constructor(output: FlowableSubscriber<T>, options: StageOptions) {
    super(output, options, 'mergeFlowables');
    if (this.idleNow()) this.mode = IDLE;
  }

  /** The shortest way through: nothing waits here, and the stage below has credit. */
  override next(value: T): void {
    const { account, output } = this;
    if (
      this.mode !== IDLE ||
      !isDeliveryOf(account) ||
      !output.ready() ||
      (typeof value === 'object' && isFlow(value))
    ) {
      super.next(value);
      return;
    }
    const { witness } = account;
    const { record } = current;
    if (witness !== null && record?.witness !== witness) {
      super.next(value);
      return;
    }
    this.mode = BUSY;
    account.arrivals++;
    try {
      if (witness === null || record === null) output.passOn(value);
      else {
        record.references++;
        output.passRecordOn(value, record);
      }
    } catch (error) {
      output.passingAt = 0;
      this.mode = WAITING;
      throw error;
    }
    account.settled++;
    if (this.mode === BUSY && account.settled < account.replenishAt) this.mode = IDLE;
    else this.lookAgain();
  }

  private lookAgain(): void {
    const looks = this.mode !== BUSY;
    this.mode = looks ? WAITING : IDLE;
    if (looks) this.drain();
    else this.replenish();
  }

  protected override idleNow(): boolean {
    return this.inbox.size === 0 && !this.account.breaksStack && !this.over && !this.upstreamEnded;
  }

  protected work(): void {
    while (!this.over && this.inbox.size > 0 && this.output.ready()) {
      const value = this.inbox.shift() as T;
      const record = this.takeRecord();
      if (record === null) this.output.deliver(value);
      else this.output.deliverRecord(value, record);
      this.passedOn();
    }
  }

  protected abandon(): void {
    // All it holds is in the inbox.
  }
}
