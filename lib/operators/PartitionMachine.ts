import type { Observable } from 'rxjs';
import { accountsFrom, limitRecords, type Reached } from '../credit/accountsBelow.js';
import type { Ending } from '../credit/DrainLoop.js';
import type { FlowableSubscriber } from '../credit/FlowableSubscriber.js';
import { Inbox } from '../credit/Inbox.js';
import { inTurn } from '../credit/inTurn.js';
import type { Witness } from '../credit/protocol.js';
import { codeOf, type SluiceError } from '../credit/SluiceError.js';
import type { StageOptions } from '../options/common.js';
import { Bookkeeper } from '../records/Bookkeeper.js';
import type { DeadLetter } from '../records/DeadLetter.js';
import { CANCELLED } from '../records/outcome.js';
import type { RecordContext } from '../records/RecordContext.js';
import { inScope } from './inScope.js';
import { laneNumber } from './laneNumber.js';
import { PartitionLane, type LaneOwner, type LaneProject } from './PartitionLane.js';
import { requireKeeper } from './requireKeeper.js';
import { StageCore } from './StageCore.js';

export interface PartitionSettings<T> extends StageOptions {
  readonly lanes: number;
  readonly capacity: number;
  readonly laneCapacity: number;
  readonly keySelector: ((value: T) => unknown) | undefined;
  readonly onFailure: 'error' | 'deadLetter';
  readonly onDeadLetter: ((letter: DeadLetter) => void) | undefined;
}

/**
 * The machine of `partitionBy`. A record goes into the queue of its lane when it arrives. One whose queue is full waits
 * at the head of the inbox, and what comes behind it waits with it. Nothing here looks at all lanes for one record.
 */
export class PartitionMachine<T, R> extends StageCore<T, R> implements LaneOwner<T, R> {
  private readonly lanes: readonly PartitionLane<T, R>[];
  /** Lanes that have records and perhaps credit. */
  private readonly listed = new Inbox<PartitionLane<T, R>>();
  /** The record whose lane is full. */
  private head: { readonly value: T; readonly record: RecordContext | null; lane: PartitionLane<T, R> } | null = null;
  /** Records in the queues of the lanes. */
  private queued = 0;
  private openLanes: number;
  private opening = true;
  private sourceEnding: Ending | null = null;

  constructor(
    output: FlowableSubscriber<R>,
    private readonly project: LaneProject<T, R>,
    private readonly settings: PartitionSettings<T>,
  ) {
    super(output, settings, 'partitionBy');
    const { lanes, keySelector } = settings;
    this.lanes = Array.from({ length: lanes }, (_, index) => new PartitionLane<T, R>(this, index));
    this.openLanes = lanes;
    if (keySelector === undefined) this.account.witness ??= new Bookkeeper();
    requireKeeper(this.account, settings);
  }

  /** The lanes are there before the first record. What is above learns of what is in them when it is subscribed. */
  override start(source: Observable<T>): void {
    inScope(this.output.scope, () => {
      for (const lane of this.lanes) {
        if (this.output.closed) break;
        lane.start(this.project);
      }
    });
    this.opening = false;
    this.branch();
    this.account.witness ??= this.askedInLanes();
    for (const { subscriber } of this.lanes) if (subscriber !== null) this.informLane(subscriber);
    super.start(source);
  }

  laneSubscribed(lane: PartitionLane<T, R>, subscriber: FlowableSubscriber<T>): void {
    subscriber.scheduler = this.scheduler;
    if (this.opening) return;
    // It is subscribed again, with stages of which nobody above knows.
    this.branch();
    this.informLane(subscriber);
    if (lane.queue.size > 0) this.list(lane);
  }

  laneWanted(lane: PartitionLane<T, R>): void {
    if (lane.queue.size === 0) return;
    this.list(lane);
    this.drain();
  }

  /** The lane takes no more: what it would have got is filtered, as what take does not take. */
  laneCompleted(lane: PartitionLane<T, R>): void {
    if (!this.close(lane)) return;
    while (lane.queue.size > 0) {
      lane.queue.shift();
      this.queued--;
      this.dropUnwanted(lane.records.shift() ?? null);
    }
    this.laneClosed();
  }

  laneFailed(lane: PartitionLane<T, R>, error: unknown): void {
    if (!this.close(lane)) return;
    if (this.sourceEnding?.kind === 'error' && this.sourceEnding.error === error) this.laneClosed();
    else this.output.error(error);
  }

  protected work(): void {
    do {
      for (let lane = this.listed.shift(); lane !== undefined && !this.over; lane = this.listed.shift()) {
        lane.listed = false;
        this.serve(lane);
      }
    } while (!this.over && this.routeNext());
  }

  /** What waits in a lane leaves room for others: only a full lane keeps more from being of use. */
  protected override get waiting(): number {
    return this.inbox.size + (this.head === null ? 0 : 1);
  }

  override get buffered(): number {
    return this.waiting + this.queued;
  }

  /** Nothing is worked on here: what is held waits for a lane. */
  override get isBackPressured(): boolean {
    return this.account.held > 0;
  }

  protected override enqueue(value: T, record: RecordContext | null): void {
    if (this.waiting > 0) super.enqueue(value, record);
    else this.route(value, record);
  }

  protected override forgoHeld(record: RecordContext, reason: SluiceError): void {
    const { head } = this;
    if (head?.record?.isOf(record) === true) {
      this.head = null;
      this.settleHere(head.record, CANCELLED, reason.code);
    }
    for (const held of this.lanes.flatMap((lane) => lane.remove(record))) {
      this.queued--;
      this.settleHere(held, CANCELLED, reason.code);
    }
    super.forgoHeld(record, reason);
  }

  /** Nothing is held any more: the lanes are told, and when they are done, so is this. */
  protected override end(ending: Ending): void {
    if (this.sourceEnding !== null) return;
    this.sourceEnding = ending;
    inTurn(
      ...this.lanes.map((lane) => () => {
        lane.end(ending);
      }),
    );
    if (this.openLanes === 0) super.end(ending);
  }

  protected abandon(): void {
    if (this.head !== null) this.cancelRecord(this.head.record);
    this.head = null;
    const lanes = this.lanes.map((lane) => () => {
      lane.cancel();
    });
    inTurn(...lanes, () => {
      for (const { records } of this.lanes) while (records.size > 0) this.cancelRecord(records.shift() ?? null);
    });
  }

  /** Somebody in a lane who wants records to have a context, where nobody below does. */
  private askedInLanes(): Witness | null {
    for (const { subscriber } of this.lanes) {
      if (subscriber === null) continue;
      const asking = this.stagesIn(subscriber).find(({ account }) => account.witness !== null);
      const witness = asking?.account.witness ?? subscriber.asks;
      if (witness !== null) return witness;
    }
    return null;
  }

  /** All lanes carry the contexts of one witness, or a record would be another one in each. */
  private informLane(subscriber: FlowableSubscriber<T>): void {
    const { witness, limitAbove } = this.account;
    const stages = this.stagesIn(subscriber);
    limitRecords(stages, limitAbove);
    if (witness === null) return;
    for (const { account } of stages) account.witness = witness;
    const asks = subscriber.asks as Bookkeeper | null;
    if (asks !== null && asks !== witness) asks.deputy ??= witness as Bookkeeper;
  }

  private stagesIn({ account }: FlowableSubscriber<T>): readonly Reached[] {
    return accountsFrom(account, this.settings.lanes, this.output.account);
  }

  /** Lanes without a stage draw on the credit below, and are no branch. */
  private branch(): void {
    const accounts = this.lanes.flatMap(({ subscriber }) => (subscriber === null ? [] : [subscriber.account]));
    this.account.branchInto(accounts.filter((account) => account.bounded && account !== this.output.account));
  }

  private list(lane: PartitionLane<T, R>): void {
    if (lane.listed) return;
    lane.listed = true;
    this.listed.push(lane);
  }

  /** Hands on what waits in this lane while there is credit for it. */
  private serve({ queue, records, subscriber }: PartitionLane<T, R>): void {
    while (subscriber !== null && queue.size > 0 && subscriber.ready()) {
      const value = queue.shift() as T;
      const record = records.shift() ?? null;
      this.queued--;
      if (record === null) subscriber.deliver(value);
      else subscriber.deliverRecord(value, record);
      this.passedOn();
    }
  }

  /** Brings the next record from the inbox into its lane. False: there is none, or its lane is full. */
  private routeNext(): boolean {
    const { head } = this;
    if (head !== null) {
      if (!this.hasRoom(head.lane)) return false;
      this.head = null;
      this.put(head.lane, head.value, head.record);
      return true;
    }
    if (this.inbox.size === 0) return false;
    this.route(this.inbox.shift() as T, this.takeRecord());
    return true;
  }

  private route(value: T, record: RecordContext | null): void {
    let lane;
    try {
      const { lanes, keySelector } = this.settings;
      lane = this.lanes[laneNumber(this.name, keySelector, value, record) % lanes] as PartitionLane<T, R>;
    } catch (error) {
      this.failed(value, record, error);
      return;
    }
    if (this.over) this.cancelRecord(record);
    else if (this.hasRoom(lane)) this.put(lane, value, record);
    else this.head = { value, record, lane };
  }

  private hasRoom({ queue, open }: PartitionLane<T, R>): boolean {
    return !open || queue.size < this.settings.laneCapacity;
  }

  private put(lane: PartitionLane<T, R>, value: T, record: RecordContext | null): void {
    if (!lane.open) {
      this.dropUnwanted(record);
      return;
    }
    this.queued++;
    lane.push(value, record);
    if (lane.subscriber !== null) this.list(lane);
  }

  /** A lane that has ended by itself takes no more. */
  private dropUnwanted(record: RecordContext | null): void {
    record?.release();
    this.passedOn();
  }

  private failed(value: T, record: RecordContext | null, error: unknown): void {
    if (this.settings.onFailure === 'deadLetter') {
      this.writeOff(value, record, error, this.settings.onDeadLetter);
      return;
    }
    this.settleHere(record, CANCELLED, codeOf(error));
    this.output.error(error);
  }

  private close(lane: PartitionLane<T, R>): boolean {
    if (!lane.open || this.over) return false;
    lane.open = false;
    this.openLanes--;
    return true;
  }

  private laneClosed(): void {
    if (this.openLanes > 0) this.drain();
    else if (this.sourceEnding !== null) super.end(this.sourceEnding);
    else this.output.complete();
  }
}
