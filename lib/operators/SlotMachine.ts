import type { FlowableSubscriber } from '../credit/FlowableSubscriber.js';
import { Inbox } from '../credit/Inbox.js';
import { inTurn } from '../credit/inTurn.js';
import type { SluiceCode, SluiceError } from '../credit/SluiceError.js';
import type { StageOptions } from '../options/common.js';
import { Bookkeeper } from '../records/Bookkeeper.js';
import { CANCELLED } from '../records/outcome.js';
import type { RecordContext } from '../records/RecordContext.js';
import { Lanes, type Lane } from './Lanes.js';
import { hasLanes, laneOf, readsContext, type LaneOrder, type Order } from './order.js';
import type { Overflow } from './overflow.js';
import { StageCore } from './StageCore.js';
import { NOTHING } from './Work.js';

/** One place for a record in work, a finished result that waits for credit included. Places are used again. */
export interface Place<T, R> {
  value: T | undefined;
  record: RecordContext | null;
  lane: Lane<T> | null;
  state: 'free' | 'running' | 'done' | 'failed';
  result: R | typeof NOTHING | undefined;
  error: unknown;
  /** False where the work goes on whatever it is told, and takes the place until it has ended, as a promise does. */
  readonly isStoppable: boolean;
  /** Lets go of the record and of the work on it. */
  release(): void;
}

/** The error of a place whose record nobody wants any more: it is taken out of use in its turn, and nobody is told. */
export const FORGONE = { code: 'UNSUBSCRIBED', attempts: 0, errors: [], firstAt: 0, lastAt: 0 } as const;

export interface SlotSettings<T> extends StageOptions {
  readonly capacity: number;
  readonly order: Order<T>;
}

/**
 * What the stages share that work on several records at the same time: a bounded number of places, and the order in
 * which what is finished leaves them.
 */
export abstract class SlotMachine<T, R, S extends Place<T, R>> extends StageCore<T, R> {
  /** Places in use: running, or finished and waiting for credit. */
  protected active = 0;
  protected readonly lanes: Lanes<T> | null;
  /** In order of input: every place in use. Else: the finished ones, as they finish. */
  protected readonly window = new Inbox<S>();
  protected readonly order: Order<T>;
  private readonly slots: S[] = [];
  private readonly freeSlots: S[] = [];

  constructor(
    output: FlowableSubscriber<R>,
    settings: SlotSettings<T>,
    private readonly most: number,
    defaultName: string,
    overflow?: Overflow,
    overdraft?: number,
  ) {
    super(output, settings, defaultName, overflow, overdraft);
    this.account.concurrency = Math.min(most, settings.capacity);
    this.order = settings.order;
    this.lanes = hasLanes(this.order) ? new Lanes() : null;
    if (readsContext(this.order)) this.account.witness ??= new Bookkeeper();
  }

  protected abstract makeSlot(): S;

  /** Begins to work on a record. The lane, if any, is taken. */
  protected abstract begin(value: T, record: RecordContext | null, lane: Lane<T> | null): void;

  /** A record failed for good; its place is free again. */
  protected abstract failed(value: T, record: RecordContext | null, lane: Lane<T> | null, error: unknown): void;

  /** It cannot be told to which lane a record belongs. */
  protected withoutLane(value: T, record: RecordContext | null, error: unknown): void {
    this.failed(value, record, null, error);
  }

  /** The code of a record in this place that is cancelled. */
  protected cancelCode(slot: S): SluiceCode {
    void slot;
    return 'UNSUBSCRIBED';
  }

  protected override get waiting(): number {
    return this.lanes === null ? this.inbox.size : this.lanes.size;
  }

  protected override enqueue(value: T, record: RecordContext | null): void {
    if (this.lanes === null) {
      super.enqueue(value, record);
      return;
    }
    let lane;
    try {
      lane = laneOf(this.name, this.order as LaneOrder<T>, value, record);
    } catch (error) {
      this.withoutLane(value, record, error);
      return;
    }
    if (this.over) this.cancelRecord(record);
    else this.lanes.push(lane, value, record);
  }

  /** Tells the work in this place to stop: nobody wants what comes of it any more. */
  protected abstract stopWork(slot: S, reason: SluiceError): void;

  protected override forgoHeld(record: RecordContext, reason: SluiceError): void {
    super.forgoHeld(record, reason);
    for (const held of this.lanes?.remove(record) ?? []) this.settleHere(held, CANCELLED, reason.code);
    for (const slot of [...this.slots]) {
      if (slot.record?.isOf(record) === true) this.forgoSlot(slot, slot.record, reason);
    }
  }

  /** The record is settled now; its place is free when its work has stopped and its turn has come. */
  private forgoSlot(slot: S, record: RecordContext, reason: SluiceError): void {
    const isRunning = slot.state === 'running';
    const goesOn = isRunning && !slot.isStoppable;
    slot.record = null;
    if (!goesOn) {
      // Before the work is told, because that may call the loop.
      slot.state = 'failed';
      slot.error = FORGONE;
    }
    if (isRunning) this.stopWork(slot, reason);
    if (isRunning && !goesOn) this.finished(slot);
    record.note(CANCELLED, reason.code);
    record.release();
  }

  override unstarted(): readonly RecordContext[] {
    const inLanes = this.over ? (this.lanes?.waiting() ?? []) : [];
    return [...super.unstarted(), ...inLanes.flatMap(({ record }) => (record === null ? [] : [record]))];
  }

  protected work(): void {
    while (!this.over) {
      const head = this.window.peek();
      if (head !== undefined && this.mayHandOn(head)) {
        this.window.shift();
        this.handOn(head);
      } else if (!this.beginMore()) return;
    }
  }

  /** Begins one piece of work, whose result may be ready at once. False: there is none, or no place. */
  protected beginMore(): boolean {
    return this.active < this.most && this.beginNext();
  }

  /** What is finished in this place leaves in its turn. */
  protected finished(slot: S): void {
    if (this.order !== 'input') this.window.push(slot);
    this.drain();
  }

  protected occupy(value: T, record: RecordContext | null, lane: Lane<T> | null): S {
    let slot = this.freeSlots.pop();
    if (slot === undefined) {
      slot = this.makeSlot();
      this.slots.push(slot);
    }
    this.active++;
    this.attend();
    slot.value = value;
    slot.record = record;
    slot.lane = lane;
    return slot;
  }

  protected emit(result: R, record: RecordContext | null, lane: Lane<T> | null): void {
    if (record === null) this.output.deliver(result);
    else this.output.deliverRecord(result, record);
    if (lane !== null) this.lanes?.finished(lane);
    this.account.settled++;
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

  private abandonSlot(slot: S): void {
    const { record } = slot;
    const code = this.cancelCode(slot);
    try {
      slot.release();
    } finally {
      if (record !== null) {
        record.note(CANCELLED, code);
        record.release();
      }
    }
  }

  private mayHandOn(slot: S): boolean {
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

  /** Takes a finished place out of use and does what its result asks for. */
  private handOn(slot: S): void {
    const { state, result, error, record, lane } = slot;
    const value = slot.value as T;
    slot.release();
    this.active--;
    this.freeSlots.push(slot);
    if (state === 'failed' && error === FORGONE) {
      if (lane !== null) this.lanes?.finished(lane);
      this.settleHere(null, CANCELLED, FORGONE.code);
    } else if (state === 'failed') this.failed(value, record, lane, error);
    else if (result === NOTHING) {
      if (lane !== null) this.lanes?.finished(lane);
      this.passedOn();
      record?.release();
    } else this.emit(result as R, record, lane);
  }
}
