import type { Observable } from 'rxjs';
import type { CreditAccount } from '../credit/CreditAccount.js';
import { current, isDeliveryOf } from '../credit/delivery.js';
import { BUSY, IDLE, WAITING } from '../credit/DrainLoop.js';
import { isFlow } from '../credit/Entrance.js';
import type { FlowableSubscriber } from '../credit/FlowableSubscriber.js';
import { codeOf, type SluiceCode, type SluiceError } from '../credit/SluiceError.js';
import { Bookkeeper } from '../records/Bookkeeper.js';
import type { DeadLetter } from '../records/DeadLetter.js';
import { CANCELLED } from '../records/outcome.js';
import type { RecordContext } from '../records/RecordContext.js';
import type { Lane } from './Lanes.js';
import type { Overflow } from './overflow.js';
import { requireKeeper } from './requireKeeper.js';
import { Slot, type SlotOwner } from './Slot.js';
import { FORGONE, SlotMachine, type SlotSettings } from './SlotMachine.js';
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
  /** The project where it takes the value alone. Null where the next record is measured: one for each grant. */
  private direct: ((value: T) => R | PromiseLike<R> | Observable<R>) | null;

  constructor(
    output: FlowableSubscriber<R>,
    private readonly project: Project<T, R>,
    private readonly settings: ProjectSettings<T>,
  ) {
    super(output, settings, settings.concurrency, 'stage', settings.overflow, settings.overdraft);
    this.wantsInfo = project.length !== 1;
    this.direct = this.wantsInfo ? null : (project as (value: T) => R | PromiseLike<R> | Observable<R>);
    if (this.wantsInfo) this.account.witness ??= new Bookkeeper();
    requireKeeper(this.account, settings);
    if (this.idleNow()) this.mode = IDLE;
  }

  /**
   * The shortest way through, for records without a context: nothing is ahead, and the result is there at once. Kept
   * short, because V8 inlines a chain of stages only up to a limit in bytecode.
   */
  override next(value: T): void {
    const { account, direct } = this;
    const { passer } = account;
    const credited = (passer !== null && passer.passingAt === current.depth) || current.producer?.account === account;
    if (this.mode !== IDLE || !credited || direct === null || (typeof value === 'object' && isFlow(value))) {
      if (direct === null) this.enter(value);
      else super.next(value);
      return;
    }
    this.mode = BUSY;
    account.arrivals++;
    if (account.witness !== null) this.passRecord(value, direct);
    else {
      let projected = false;
      try {
        const result = direct(value);
        const goesOn = (typeof result === 'object' || typeof result === 'function') && isWork(result);
        projected = true;
        if (goesOn || this.mode !== BUSY || !this.output.ready()) this.keep(value, null, result, goesOn);
        else {
          this.output.passOn(result);
          account.settled++;
        }
      } catch (error) {
        this.threw(value, null, error, projected);
      }
    }
    this.passed(account);
  }

  /** Every other arrival. */
  private enter(value: T): void {
    if (this.mode !== IDLE || !isDeliveryOf(this.account) || isFlow(value)) super.next(value);
    else {
      this.mode = BUSY;
      this.account.arrivals++;
      this.beginAlone(value);
      this.passed(this.account);
    }
  }

  /** `next` where contexts travel, or where somebody measures. */
  private passRecord(value: T, direct: (value: T) => R | PromiseLike<R> | Observable<R>): void {
    const record = current.record as RecordContext | null;
    if (record === null || record.witness !== this.account.witness) {
      this.beginAlone(value);
      return;
    }
    record.references++;
    let projected = false;
    try {
      const result = direct(value);
      const goesOn = (typeof result === 'object' || typeof result === 'function') && isWork(result);
      projected = true;
      if (goesOn || this.mode !== BUSY || !this.output.ready()) this.keep(value, record, result, goesOn);
      else {
        this.output.passRecordOn(result, record);
        this.account.settled++;
      }
    } catch (error) {
      this.threw(value, record, error, projected);
    }
  }

  private beginAlone(value: T): void {
    try {
      this.begin(value, this.takeOver(value), null);
    } catch (error) {
      this.threw(value, null, error, true);
    }
    if (!this.wantsInfo) this.direct = this.project as (value: T) => R | PromiseLike<R> | Observable<R>;
  }

  /** A record has passed: mostly nothing is left to look at, and no credit to be returned. */
  private passed(account: CreditAccount): void {
    if (this.mode === BUSY && account.settled < account.replenishAt) this.mode = IDLE;
    else this.lookAgain();
  }

  private lookAgain(): void {
    const looks = this.mode !== BUSY;
    this.mode = looks ? WAITING : IDLE;
    if (looks) this.drain();
    else {
      this.replenish();
      if (this.meter !== null) this.direct = null;
    }
  }

  /** The project threw, or what lies below did: that is not for the stage to handle. */
  private threw(value: T, record: RecordContext | null, error: unknown, projected: boolean): void {
    this.output.passingAt = 0;
    if (!projected) {
      this.meter?.failed();
      this.failed(value, record, null, error);
      return;
    }
    this.mode = WAITING;
    throw error;
  }

  /** A result that may have to be waited for, or to wait; or the stage is over. */
  private keep(value: T, record: RecordContext | null, result: unknown, goesOn: boolean): void {
    if (this.over) this.discard(result, record, null);
    else if (goesOn) this.follow(value, record, null, result as PromiseLike<R>, null, this.time());
    else this.emitInTurn(value, result as R, record, null);
  }

  protected override beObserved(): void {
    super.beObserved();
    if (this.meter !== null) this.direct = null;
  }

  protected override idleNow(): boolean {
    if (this.lanes !== null || this.account.breaksStack) return false;
    return this.active === 0 && this.inbox.size === 0 && !this.over && !this.upstreamEnded;
  }

  slotDone(slot: Slot<T, R>): void {
    if (this.over) return;
    if (slot.forgone) {
      // A promise that its record did not wait for: what it rejects with fails nothing.
      slot.state = 'failed';
      slot.error = FORGONE;
      this.finished(slot);
      return;
    }
    this.measure(slot.beganAt, slot.state === 'failed');
    if (slot.state === 'failed' && this.settings.onFailure === 'error') this.output.error(slot.error);
    else this.finished(slot);
  }

  private measure(beganAt: number, failed: boolean): void {
    if (this.meter === null) return;
    const now = this.scheduler.now();
    this.meter.observe(now - beganAt, failed, now);
  }

  /** The time where somebody measures. */
  private time(): number {
    return this.meter === null ? 0 : this.scheduler.now();
  }

  protected makeSlot(): Slot<T, R> {
    return new Slot<T, R>(this);
  }

  protected override stopWork(slot: Slot<T, R>, reason: SluiceError): void {
    slot.forgo(reason);
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
    const beganAt = this.time();
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
    else this.emitInTurn(value, result as R, record, lane);
  }

  private emitInTurn(value: T, result: R, record: RecordContext | null, lane: Lane<T> | null): void {
    if (this.window.size === 0 && this.output.ready()) {
      this.emit(result, record, lane);
      return;
    }
    const slot = this.occupy(value, record, lane);
    slot.state = 'done';
    slot.result = result;
    this.window.push(slot);
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
