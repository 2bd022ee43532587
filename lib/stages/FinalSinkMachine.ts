import type { Observable, Subscription } from 'rxjs';
import type { StageKind } from '../control/observedStage.js';
import type { Ending } from '../credit/DrainLoop.js';
import type { FlowableSubscriber } from '../credit/FlowableSubscriber.js';
import { Inbox } from '../credit/Inbox.js';
import type { SluiceError } from '../credit/SluiceError.js';
import { requireKeeper } from '../operators/requireKeeper.js';
import { StageCore } from '../operators/StageCore.js';
import type { ReadyStageOptions } from '../options/common.js';
import type { DeadLetter } from '../records/DeadLetter.js';
import { CANCELLED } from '../records/outcome.js';
import type { RecordContext } from '../records/RecordContext.js';
import { DestinationSession, type SessionOwner } from './DestinationSession.js';
import { DestinationWriter, type WriterOwner, type WriterSettings } from './DestinationWriter.js';
import { Passage } from './Passage.js';
import type { Stray } from './PendingAcknowledgments.js';

/** The options of `finalSink`, checked and complete. */
export interface FinalSinkSettings<T> extends ReadyStageOptions, WriterSettings<T> {
  readonly capacity: number;
  readonly attempts: number;
  /** 1 where records are not batched. */
  readonly maxSize: number;
  readonly maxWaitMs: number | undefined;
  readonly onDeadLetter: ((letter: DeadLetter) => void) | undefined;
}

/**
 * The machine of `finalSink`. A record goes from the inbox into a write, is pending until it is acknowledged, and is
 * handed on in the order of the acknowledgments. One that fails goes to `again`, in front of the inbox, or is given up.
 * Every place where a record can be is within `capacity`.
 */
export class FinalSinkMachine<T> extends StageCore<T, T> implements SessionOwner, WriterOwner<T> {
  private readonly session: DestinationSession;
  private readonly writer: DestinationWriter<T>;
  private readonly again = new Inbox<Passage<T>>();
  private readonly done = new Inbox<Passage<T>>();
  private batchTimer: Subscription | null = null;
  private batchIsDue = false;

  constructor(
    output: FlowableSubscriber<T>,
    private readonly settings: FinalSinkSettings<T>,
  ) {
    super(output, settings, 'finalSink');
    this.account.batch = settings.maxSize;
    requireKeeper(this.account, { onFailure: 'deadLetter', onDeadLetter: settings.onDeadLetter });
    this.session = new DestinationSession(settings.destination, this.name, this);
    this.writer = new DestinationWriter(settings, this.scheduler, this);
  }

  /** Acknowledgments that answered nothing that was waited for. */
  get strays(): Readonly<Record<Stray, number>> {
    return this.writer.strays;
  }

  get pendingAcknowledgments(): number {
    return this.writer.pendingAcknowledgments;
  }

  /** 0..1: acknowledgments that are waited for, of as many as the limits and whole batches let there be. */
  override get trigger(): number {
    const { maxPendingAcknowledgments, maxSize } = this.settings;
    const most = Math.min(maxPendingAcknowledgments, this.account.reachable);
    return Math.min(1, this.pendingAcknowledgments / Math.max(1, most < maxSize ? most : most - (most % maxSize)));
  }

  /** A sink is as full as it has records that are not acknowledged: by default the inbox never fills before they do. */
  override get buffered(): number {
    return this.account.held;
  }

  protected override get kind(): StageKind {
    return 'finalSink';
  }

  override start(source: Observable<T>): void {
    this.session.open();
    super.start(source);
  }

  sessionOpened(): void {
    this.drain();
  }

  sessionFailed(error: SluiceError): void {
    this.output.error(error);
  }

  /** What lies in an unfinished batch is not waiting for this stage: more must come, or it would never be full. */
  protected override get waiting(): number {
    return this.inbox.size >= this.settings.maxSize ? this.inbox.size : 0;
  }

  protected work(): void {
    while (!this.over) {
      const next = this.done.peek();
      if (next !== undefined && this.output.ready()) {
        this.done.shift();
        this.handOn(next);
      } else if (!this.session.isOpen || !this.writeNext()) break;
    }
    if (!this.over && this.inbox.size > 0) this.startBatchTimer();
  }

  /** May be called again while the destination is being closed: the session closes it once. */
  protected override end(ending: Ending): void {
    this.session.end(ending.kind === 'complete', () => {
      this.writer.letFinish();
      super.end(ending);
    });
  }

  protected abandon(): void {
    this.stopBatchTimer();
    this.writer.abandon((passage) => {
      this.cancelPassage(passage);
    });
    for (const queue of [this.again, this.done]) {
      for (let passage = queue.shift(); passage !== undefined; passage = queue.shift()) this.cancelPassage(passage);
    }
    this.session.cancel();
  }

  protected override forgoHeld(record: RecordContext, reason: SluiceError): void {
    super.forgoHeld(record, reason);
    if (this.inbox.size === 0) this.stopBatchTimer();
    // Nothing waits for another attempt between deliveries: what failed has left the room for it.
    const pending = this.writer.forgo(record);
    for (const passage of [...pending, ...sift(this.done, record)]) {
      const held = passage.record;
      passage.settle();
      this.settleHere(held, CANCELLED, reason.code);
    }
  }

  private cancelPassage(passage: Passage<T>): void {
    if (passage.state === 'settled') return;
    const { record } = passage;
    passage.settle();
    this.cancelRecord(record);
  }

  private handOn(passage: Passage<T>): void {
    const { value, record } = passage;
    passage.settle();
    if (record === null) this.output.deliver(value);
    else this.output.deliverRecord(value, record);
    this.passedOn();
  }

  /** Writes what waits for another attempt, then what is new. False: nothing may be written now. */
  private writeNext(): boolean {
    const room = this.settings.maxPendingAcknowledgments - this.pendingAcknowledgments;
    const passages = this.again.size > 0 ? this.takeAgain(room) : this.takeNew(room);
    if (passages.length === 0) return false;
    const wantsTime = this.meter !== null || this.settings.acknowledgmentTimeoutMs !== undefined;
    this.writer.write(passages, wantsTime ? this.scheduler.now() : 0);
    return true;
  }

  private takeAgain(room: number): Passage<T>[] {
    const passages: Passage<T>[] = [];
    while (this.again.size > 0 && passages.length < Math.min(room, this.settings.maxSize)) {
      const passage = this.again.shift();
      // One that was acknowledged late has gone on in the meantime.
      if (passage?.state === 'again') passages.push(passage);
    }
    return passages;
  }

  private takeNew(room: number): readonly Passage<T>[] {
    const size = Math.min(this.inbox.size, this.settings.maxSize);
    if (size === 0 || size > room || !this.mayCloseBatch()) return NONE;
    this.stopBatchTimer();
    // A literal has room for one, an array that grows for many.
    const passages = [this.takePassage()];
    while (passages.length < size) passages.push(this.takePassage());
    return passages;
  }

  private takePassage(): Passage<T> {
    return new Passage(this.inbox.shift() as T, this.takeRecord());
  }

  private mayCloseBatch(): boolean {
    if (this.inbox.size >= this.settings.maxSize || this.batchIsDue || this.upstreamEnded) return true;
    // All that a gateway lets on their way are here: it lets no more in before one of them is settled.
    return this.account.held >= this.account.limitAbove;
  }

  attemptSucceeded(passage: Passage<T>): void {
    this.meter?.observe(this.scheduler.now() - passage.sentAt, false);
    passage.state = 'done';
    this.done.push(passage);
  }

  attemptFailed(passage: Passage<T>, error: SluiceError, mayTryAgain: boolean): void {
    this.meter?.observe(this.scheduler.now() - passage.sentAt, true);
    const earlier = { errors: passage.errors, firstAt: passage.firstFailedAt };
    if (mayTryAgain && passage.attempts < this.settings.attempts) {
      if (earlier.errors.length === 0) passage.firstFailedAt = this.scheduler.now();
      passage.errors = [...earlier.errors, error];
      passage.state = 'again';
      this.again.push(passage);
      return;
    }
    const { value, record } = passage;
    passage.settle();
    this.writeOff(value, record, error, this.settings.onDeadLetter, earlier.errors.length > 0 ? earlier : undefined);
  }

  strayed(stray: Stray): void {
    this.tell({ kind: 'strayAcknowledgment', stray });
  }

  listenerFailed(error: unknown): void {
    this.output.error(error);
  }

  written(): void {
    this.drain();
  }

  private startBatchTimer(): void {
    const { maxWaitMs } = this.settings;
    if (maxWaitMs === undefined || this.batchTimer !== null) return;
    this.batchTimer = this.scheduler.schedule(() => {
      this.batchIsDue = true;
      this.drain();
    }, maxWaitMs);
  }

  private stopBatchTimer(): void {
    this.batchTimer?.unsubscribe();
    this.batchTimer = null;
    this.batchIsDue = false;
  }
}

const NONE: readonly never[] = [];

/** Goes once round the queue, which keeps its order, and takes out what is of the record. */
function sift<T>(queue: Inbox<Passage<T>>, record: RecordContext): Passage<T>[] {
  const taken: Passage<T>[] = [];
  for (let left = queue.size; left > 0; left--) {
    const passage = queue.shift();
    if (passage === undefined) break;
    if (passage.record?.isOf(record) === true) taken.push(passage);
    else queue.push(passage);
  }
  return taken;
}
