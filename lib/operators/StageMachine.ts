import type { Observable } from 'rxjs';
import { current } from '../credit/delivery.js';
import { BUSY, IDLE } from '../credit/DrainLoop.js';
import { isFlow } from '../credit/Entrance.js';
import type { FlowableSubscriber } from '../credit/FlowableSubscriber.js';
import { Inbox } from '../credit/Inbox.js';
import { inTurn } from '../credit/inTurn.js';
import { codeOf, SluiceError } from '../credit/SluiceError.js';
import type { StageOptions } from '../options/common.js';
import { Bookkeeper } from '../records/Bookkeeper.js';
import type { DeadLetter } from '../records/DeadLetter.js';
import { CANCELLED } from '../records/outcome.js';
import type { RecordContext } from '../records/RecordContext.js';
import { Lanes, type Lane } from './Lanes.js';
import type { Overflow } from './overflow.js';
import { requireKeeper } from './requireKeeper.js';
import { ignore, isWork, NOTHING, Slot, type SlotOwner } from './Slot.js';
import { StageCore } from './StageCore.js';
import { WorkInfo, type StageInfo } from './StageInfo.js';

export type Project<T, R> = (value: T, info: StageInfo) => R | PromiseLike<R> | Observable<R>;

/** The options of `stage`, checked and complete. */
export interface ProjectSettings<T> extends StageOptions {
  readonly capacity: number;
  readonly concurrency: number;
  readonly order: 'input' | 'none' | { readonly perKey: (value: T) => unknown };
  readonly onFailure: 'error' | 'deadLetter';
  readonly onDeadLetter: ((letter: DeadLetter) => void) | undefined;
  readonly overflow: Overflow;
  readonly overdraft: number | undefined;
}

/**
 * The machine of `stage`: at most `concurrency` records in work, a finished result that waits for credit included.
 * A synchronous result with nothing ahead of it passes straight through; the rest goes through slots.
 */
export class StageMachine<T, R> extends StageCore<T, R> implements SlotOwner<T, R> {
  private index = 0;
  /** Slots in use: running, or finished and waiting for credit. */
  private active = 0;
  private readonly wantsInfo: boolean;
  private readonly lanes: Lanes<T> | null;
  /** In order of input: every slot in use. Else: the finished ones, as they finish. */
  private readonly window = new Inbox<Slot<T, R>>();
  private readonly slots: Slot<T, R>[] = [];
  private readonly freeSlots: Slot<T, R>[] = [];

  constructor(
    output: FlowableSubscriber<R>,
    private readonly project: Project<T, R>,
    private readonly settings: ProjectSettings<T>,
  ) {
    super(output, settings, 'stage', settings.overflow, settings.overdraft);
    this.wantsInfo = project.length !== 1;
    this.lanes = typeof settings.order === 'object' ? new Lanes() : null;
    if (this.wantsInfo) this.account.witness ??= new Bookkeeper();
    requireKeeper(this.name, settings, this.books);
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
    if (this.wantsInfo) {
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
    else if (goesOn) this.follow(value, record, null, result as PromiseLike<R>, null);
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

  protected override get waiting(): number {
    return this.lanes === null ? this.inbox.size : this.lanes.size;
  }

  protected override enqueue(value: T, record: RecordContext | null): void {
    const { order } = this.settings;
    if (typeof order !== 'object' || this.lanes === null) {
      super.enqueue(value, record);
      return;
    }
    let key;
    try {
      key = order.perKey(value);
    } catch (error) {
      this.failed(value, record, null, new SluiceError('KEY', `stage '${this.name}': perKey threw`, { cause: error }));
      return;
    }
    if (this.over) this.cancelRecord(record);
    else this.lanes.push(key, value, record);
  }

  protected work(): void {
    const { concurrency } = this.settings;
    while (!this.over) {
      const head = this.window.peek();
      if (head !== undefined && this.mayHandOn(head)) {
        this.window.shift();
        this.handOn(head);
      } else if (this.active < concurrency && this.beginNext()) {
        // Look again from the start: its result may be ready.
      } else return;
    }
  }

  slotDone(slot: Slot<T, R>): void {
    if (this.over) return;
    if (slot.state === 'failed' && this.settings.onFailure === 'error') {
      this.output.error(slot.error);
      return;
    }
    if (this.settings.order !== 'input') this.window.push(slot);
    this.drain();
  }

  protected abandon(): void {
    const releases = this.slots.map((slot) => () => {
      this.abandonSlot(slot);
    });
    inTurn(...releases, () => {
      this.lanes?.clear((record) => {
        this.cancelRecord(record);
      });
    });
  }

  private abandonSlot(slot: Slot<T, R>): void {
    const { record, state, error } = slot;
    try {
      slot.release();
    } finally {
      if (record !== null) {
        record.note(CANCELLED, state === 'failed' ? codeOf(error) : 'UNSUBSCRIBED');
        record.release();
      }
    }
  }

  /** The stage ended while the project ran: what it returned is not waited for, and what it rejects with is heard. */
  private discard(result: unknown, record: RecordContext | null, info: WorkInfo | null): void {
    info?.abort();
    ignore(result);
    this.cancelRecord(record);
  }

  private mayHandOn(slot: Slot<T, R>): boolean {
    if (slot.state === 'running') return false;
    return slot.state === 'failed' || slot.result === NOTHING || this.output.ready();
  }

  private beginNext(): boolean {
    if (this.lanes !== null) {
      const next = this.lanes.shift();
      if (next === undefined) return false;
      this.begin(next.value, next.record, next.lane);
      return true;
    }
    if (this.inbox.size === 0) return false;
    this.begin(this.inbox.shift() as T, this.takeRecord(), null);
    return true;
  }

  private begin(value: T, record: RecordContext | null, lane: Lane<T> | null): void {
    const info = this.wantsInfo && record !== null ? new WorkInfo(record, this.index) : null;
    this.index++;
    let result;
    let goesOn;
    try {
      result = this.project(value, info as StageInfo);
      goesOn = isWork(result);
    } catch (error) {
      this.failed(value, record, lane, error);
      return;
    }
    if (this.over) this.discard(result, record, info);
    else if (goesOn) this.follow(value, record, lane, result as PromiseLike<R>, info);
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
  ): void {
    const slot = this.occupy(value, record, lane);
    slot.info = info;
    slot.state = 'running';
    if (this.settings.order === 'input') this.window.push(slot);
    slot.follow(work);
  }

  private occupy(value: T, record: RecordContext | null, lane: Lane<T> | null): Slot<T, R> {
    let slot = this.freeSlots.pop();
    if (slot === undefined) {
      slot = new Slot<T, R>(this);
      this.slots.push(slot);
    }
    this.active++;
    slot.value = value;
    slot.record = record;
    slot.lane = lane;
    return slot;
  }

  /** Takes a finished slot out of use and does what its result asks for. */
  private handOn(slot: Slot<T, R>): void {
    const { state, result, error, record, lane } = slot;
    const value = slot.value as T;
    slot.release();
    this.active--;
    this.freeSlots.push(slot);
    if (state === 'failed') this.failed(value, record, lane, error);
    else if (result === NOTHING) {
      if (lane !== null) this.lanes?.finished(lane);
      this.passedOn();
      record?.release();
    } else this.emit(result as R, record, lane);
  }

  private emit(result: R, record: RecordContext | null, lane: Lane<T> | null): void {
    if (record === null) this.output.deliver(result);
    else this.output.deliverRecord(result, record);
    if (lane !== null) this.lanes?.finished(lane);
    this.account.settled++;
  }

  private failed(value: T, record: RecordContext | null, lane: Lane<T> | null, error: unknown): void {
    if (lane !== null) this.lanes?.finished(lane);
    if (this.settings.onFailure === 'error') {
      this.settleHere(record, CANCELLED, codeOf(error));
      this.output.error(error);
      return;
    }
    this.writeOff(value, record, error, this.settings.onDeadLetter);
  }
}
