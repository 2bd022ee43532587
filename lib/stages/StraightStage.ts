import type { Observable } from 'rxjs';
import { current, isDeliveryOf } from '../credit/delivery.js';
import { BUSY, IDLE, WAITING } from '../credit/DrainLoop.js';
import { isFlow } from '../credit/Entrance.js';
import { StageCore } from '../operators/StageCore.js';
import type { RecordContext } from '../records/RecordContext.js';

/**
 * A stage that hands its records on as they are, one by one. A record that nothing stands in the way of goes through
 * without the inbox and without the loop, which is there for the others.
 */
export abstract class StraightStage<T> extends StageCore<T, T> {
  /** A key or a place is one record's: a context that nobody else holds needs no copy to have it. */
  override start(source: Observable<T>): void {
    this.account.entrance = this;
    super.start(source);
  }

  /**
   * Hands on a record that has arrived while nothing was ahead of it and the stage below was ready, or keeps it. It may
   * fail the record too; what lies below may throw.
   */
  protected abstract passStraight(value: T): void;

  /** Whether a record that comes now may pass. What it takes for that is the record's. */
  protected admitsStraight(): boolean {
    return true;
  }

  /** One whose context is its own now has a delivery of its own. */
  protected handOnStraight(value: T, record: RecordContext): void {
    if (record === current.record) this.output.handRecordOn(value, record);
    else this.output.deliverRecord(value, record);
  }

  override next(value: T): void {
    const { account } = this;
    if (
      this.mode !== IDLE ||
      !isDeliveryOf(account) ||
      isFlow(value) ||
      !this.output.ready() ||
      !this.admitsStraight()
    ) {
      super.next(value);
      return;
    }
    this.mode = BUSY;
    account.arrivals++;
    try {
      this.passStraight(value);
    } catch (error) {
      this.output.passingAt = 0;
      this.mode = WAITING;
      throw error;
    }
    if (this.mode === BUSY && account.settled < account.replenishAt) this.mode = IDLE;
    else this.lookAgain();
  }

  /** Something has come meanwhile, or credit is to be returned. */
  private lookAgain(): void {
    const looks = this.mode !== BUSY;
    this.mode = looks ? WAITING : IDLE;
    if (looks) this.drain();
    else this.replenish();
  }

  protected override isStuck(): boolean {
    return !this.output.ready();
  }

  protected override idleNow(): boolean {
    return this.waiting === 0 && !this.over && !this.upstreamEnded && !this.account.breaksStack;
  }
}
