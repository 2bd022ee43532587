import type { Observable } from 'rxjs';
import { current } from '../credit/delivery.js';
import { BUSY, IDLE } from '../credit/DrainLoop.js';
import { isFlow } from '../credit/Entrance.js';
import type { FlowableSubscriber } from '../credit/FlowableSubscriber.js';
import { codeOf, type SluiceCode } from '../credit/SluiceError.js';
import { Bookkeeper } from '../records/Bookkeeper.js';
import type { DeadLetter } from '../records/DeadLetter.js';
import { CANCELLED } from '../records/outcome.js';
import type { RecordContext } from '../records/RecordContext.js';
import type { Lane } from './Lanes.js';
import type { Overflow } from './overflow.js';
import { requireKeeper } from './requireKeeper.js';
import { Slot, type SlotOwner } from './Slot.js';
import { SlotMachine, type SlotSettings } from './SlotMachine.js';
import { WorkInfo, type StageInfo } from './StageInfo.js';
import { ignore, isWork } from './Work.js';

export type Project<T, R> = (value: T, info: StageInfo) => R | PromiseLike<R> | Observable<R>;

/** The options of `stage`, checked and complete. */
export interface ProjectSettings<T> extends SlotSettings<T> {
  readonly concurrency: number;
  readonly onFailure: 'error' | 'deadLetter';
  readonly onDeadLetter: ((letter: DeadLetter) => void) | undefined;
  readonly overflow: Overflow;
  readonly overdraft: number | undefined;
}

/**
 * The machine of `stage`: at most `concurrency` records in work, a finished result that waits for credit included.
 * A synchronous result with nothing ahead of it passes straight through; the rest goes through slots.
 */
export class StageMachine<T, R> extends SlotMachine<T, R, Slot<T, R>> implements SlotOwner<T, R> {
  private index = 0;
  private readonly wantsInfo: boolean;

  constructor(
    output: FlowableSubscriber<R>,
    private readonly project: Project<T, R>,
    private readonly settings: ProjectSettings<T>,
  ) {
    super(output, settings, settings.concurrency, 'stage', settings.overflow, settings.overdraft);
    this.wantsInfo = project.length !== 1;
    if (this.wantsInfo) this.account.witness ??= new Bookkeeper();
    requireKeeper(this.account, settings);
    if (this.idleNow()) this.mode = IDLE;
  }

  override next(value: T): void {
    const { producer } = current;
    const { account, output } = this;
    const passes = this.mode === IDLE && producer !== null && producer.account === account && output.ready();
    if (!passes || isFlow(value)) {
      super.next(value);
      return;
    }
    this.mode = BUSY;
    account.arrivals++;
    try {
      this.pass(value, account.witness === null ? null : this.takeOver(value));
    } finally {
      this.mode = IDLE;
    }
    if (this.active !== 0 || this.inbox.size !== 0 || this.over || this.upstreamEnded) this.drain();
    else if (account.settled >= account.replenishAt) this.replenish();
  }

  /** The shortest way through: nothing is ahead. */
  private pass(value: T, record: RecordContext | null): void {
    if (this.wantsInfo || this.meter !== null) {
      this.begin(value, record, null);
      return;
    }
    this.index++;
    let result;
    let goesOn;
    try {
      result = (this.project as (value: T) => R | PromiseLike<R> | Observable<R>)(value);
      goesOn = isWork(result);
    } catch (error) {
      this.failed(value, record, null, error);
      return;
    }
    if (this.over) this.discard(result, record, null);
    else if (goesOn) this.follow(value, record, null, result as PromiseLike<R>, null, 0);
    else {
      if (record === null) this.output.deliver(result as R);
      else this.output.deliverRecord(result as R, record);
      this.account.settled++;
    }
  }

  protected override idleNow(): boolean {
    if (this.lanes !== null || this.account.breaksStack) return false;
    return this.active === 0 && this.inbox.size === 0 && !this.over && !this.upstreamEnded;
  }

  slotDone(slot: Slot<T, R>): void {
    if (this.over) return;
    this.measure(slot.beganAt, slot.state === 'failed');
    if (slot.state === 'failed' && this.settings.onFailure === 'error') this.output.error(slot.error);
    else this.finished(slot);
  }

  private measure(beganAt: number, failed: boolean): void {
    this.meter?.observe(this.scheduler.now() - beganAt, failed);
  }

  protected makeSlot(): Slot<T, R> {
    return new Slot<T, R>(this);
  }

  protected override cancelCode({ state, error }: Slot<T, R>): SluiceCode {
    return state === 'failed' ? codeOf(error) : 'UNSUBSCRIBED';
  }

  /** The stage ended while the project ran: what it returned is not waited for, and what it rejects with is heard. */
  private discard(result: unknown, record: RecordContext | null, info: WorkInfo | null): void {
    info?.abort();
    ignore(result);
    this.cancelRecord(record);
  }

  protected begin(value: T, record: RecordContext | null, lane: Lane<T> | null): void {
    const info = this.wantsInfo && record !== null ? new WorkInfo(record, this.index) : null;
    this.index++;
    const beganAt = this.meter === null ? 0 : this.scheduler.now();
    let result;
    let goesOn;
    try {
      result = this.project(value, info as StageInfo);
      goesOn = isWork(result);
    } catch (error) {
      this.measure(beganAt, true);
      this.failed(value, record, lane, error);
      return;
    }
    if (!goesOn) this.measure(beganAt, false);
    if (this.over) this.discard(result, record, info);
    else if (goesOn) this.follow(value, record, lane, result as PromiseLike<R>, info, beganAt);
    else if (this.window.size === 0 && this.output.ready()) this.emit(result as R, record, lane);
    else {
      const slot = this.occupy(value, record, lane);
      slot.state = 'done';
      slot.result = result as R;
      this.window.push(slot);
    }
  }

  private follow(
    value: T,
    record: RecordContext | null,
    lane: Lane<T> | null,
    work: PromiseLike<R> | Observable<R>,
    info: WorkInfo | null,
    beganAt: number,
  ): void {
    const slot = this.occupy(value, record, lane);
    slot.info = info;
    slot.beganAt = beganAt;
    slot.state = 'running';
    if (this.order === 'input') this.window.push(slot);
    slot.follow(work);
  }

  protected failed(value: T, record: RecordContext | null, lane: Lane<T> | null, error: unknown): void {
    if (lane !== null) this.lanes?.finished(lane);
    if (this.settings.onFailure === 'error') {
      this.settleHere(record, CANCELLED, codeOf(error));
      this.output.error(error);
      return;
    }
    this.writeOff(value, record, error, this.settings.onDeadLetter);
  }
}
