import type { Observable, SchedulerLike } from 'rxjs';
import { CreditAccount } from '../credit/CreditAccount.js';
import { CreditSubject } from '../credit/CreditSubject.js';
import { current } from '../credit/delivery.js';
import { Entrance } from '../credit/Entrance.js';
import { overdraft } from '../credit/faults.js';
import type { FlowableSubscriber } from '../credit/FlowableSubscriber.js';
import { Inbox } from '../credit/Inbox.js';
import type { SluiceCode, SluiceError } from '../credit/SluiceError.js';
import { enterFrame, leaveFrame, whenShallow } from '../credit/trampoline.js';
import { DEFAULT_CAPACITY, DEFAULT_SCHEDULER, type StageOptions } from '../options/common.js';
import type { Bookkeeper } from '../records/Bookkeeper.js';
import { writeLetter, type DeadLetter } from '../records/DeadLetter.js';
import type { StageEntry } from '../records/StageEntry.js';
import { CANCELLED, DEAD_LETTERED, REJECTED } from '../records/outcome.js';
import type { RecordContext } from '../records/RecordContext.js';
import { refuse, type Overflow } from './overflow.js';

/** How a stage ends once nothing is held any more. */
type Ending = { readonly kind: 'complete' } | { readonly kind: 'error'; readonly error: unknown };

/** Nothing is held and nothing runs · the loop is on the stack · something is waited for. */
export type Mode = typeof IDLE | typeof BUSY | typeof WAITING;
export const IDLE = 0;
export const BUSY = 1;
export const WAITING = 2;

/**
 * What all stages share: the entrance, the inbox, the one drain loop, the return of credit, and the end. A stage of
 * its own says in `work()` what it does with what has arrived.
 *
 * The drain is never re-entered: whatever happens inside it (a grant, an arrival, a settled promise) only changes what
 * the loop finds when it looks again.
 */
export abstract class StageCore<T, R> extends Entrance<T> implements StageEntry {
  readonly name: string;
  settledHere = 0;
  protected readonly credit: CreditSubject;
  protected readonly scheduler: SchedulerLike;
  protected readonly inbox = new Inbox<T>();
  /** The contexts of what is in the inbox, in step with it. Filled only while somebody asks (P4). */
  protected readonly records = new Inbox<RecordContext | null>();
  protected over = false;
  protected mode: Mode = WAITING;
  private ending: Ending | null = null;
  private drainPostponed = false;
  private countedAsSource = false;
  private readonly overflow: Overflow;

  constructor(
    readonly output: FlowableSubscriber<R>,
    options: StageOptions,
    defaultName: string,
    overflow: Overflow = 'error',
    overdraftLimit?: number,
    capacity = options.capacity ?? DEFAULT_CAPACITY,
  ) {
    const name = options.name ?? defaultName;
    super(new CreditAccount(name, capacity, output.account, overdraftLimit));
    this.name = name;
    this.overflow = overflow;
    this.credit = new CreditSubject(this.account);
    this.scheduler = options.scheduler ?? DEFAULT_SCHEDULER;
    output.scheduler = this.scheduler;
    this.account.witness ??= output.asks;
    this.books?.enrolStage(this);
    this.credit.next(capacity);
  }

  /** Subscribes what lies above. */
  start(source: Observable<T>): void {
    this.output.add(() => {
      this.cancel();
    });
    this.output.onStageDemand(() => {
      this.drain();
    });
    if (this.over) return;
    if (this.account.breaksStack) {
      whenShallow(() => {
        if (!this.closed) this.connect(source);
      });
    } else this.connect(source);
  }

  /** Does what can be done now, and returns when it must wait for a record, for credit or for work to end. */
  protected abstract work(): void;

  /** Lets go of what is in work, because the stage is over. */
  protected abstract abandon(): void;

  /** How many arrived records wait for work to begin. */
  protected get waiting(): number {
    return this.inbox.size;
  }

  protected override get takesPushes(): boolean {
    return this.overflow !== 'error';
  }

  protected accept(value: T): void {
    this.enqueue(value, this.account.witness === null ? null : this.takeOver(value));
    if (this.account.overdrawn) this.fault(overdraft(this.name, this.account.overdraft));
    else this.drain();
  }

  protected enqueue(value: T, record: RecordContext | null): void {
    this.inbox.push(value);
    if (record === null) return;
    while (this.records.size < this.inbox.size - 1) this.records.push(null);
    this.records.push(record);
  }

  /** The context of the record that is arriving, with a reference for the arrival. */
  protected takeOver(value: T): RecordContext | null {
    const { witness } = this.account;
    if (witness === null) return null;
    // What is pushed in at a later time belongs to the record inside whose delivery this stage was subscribed.
    const record = (current.record ?? this.output.scope) as RecordContext | null;
    if (record?.witness === witness) {
      record.references++;
      return record;
    }
    if (current.producer === null) this.countAsSource();
    return witness.open(value, null, current.producer) as RecordContext;
  }

  /** Whoever keeps contexts for this pipeline; null where nobody asks. */
  protected get books(): Bookkeeper | null {
    return this.account.witness as Bookkeeper | null;
  }

  /** Records are pushed in here: to stop the pipeline is to close this entrance. */
  private countAsSource(): void {
    if (this.countedAsSource) return;
    this.countedAsSource = true;
    this.books?.enrolSource(this);
  }

  protected takeRecord(): RecordContext | null {
    return this.records.size > 0 ? (this.records.shift() ?? null) : null;
  }

  protected drain(): void {
    if (this.mode === BUSY || this.over) return;
    if (!this.account.breaksStack) {
      this.drainNow();
      return;
    }
    if (this.drainPostponed) return;
    this.drainPostponed = true;
    whenShallow(() => {
      this.drainPostponed = false;
      this.drainNow();
    });
  }

  private drainNow(): void {
    if (this.mode === BUSY || this.over) return;
    const { producer, record } = current;
    this.mode = BUSY;
    enterFrame();
    try {
      this.work();
      this.afterWork();
    } finally {
      if (this.mode === BUSY) this.mode = WAITING;
      current.producer = producer;
      current.record = record;
      leaveFrame();
    }
  }

  /** The loop has nothing left to do: say so first, then return credit, which may bring the next record at once. */
  protected afterWork(): void {
    this.mode = this.idleNow() ? IDLE : WAITING;
    if (this.over) return;
    this.replenish();
    this.endIfEmpty();
  }

  /** Whether the next record may pass straight through. */
  protected idleNow(): boolean {
    return false;
  }

  /** Grants what is owed at the low-water mark, or when the stage would stand idle for want of it (C4). */
  protected replenish(): void {
    const { account } = this;
    if (this.closed) return;
    if (account.settled < account.replenishAt && !account.starved(this.waiting)) return;
    const { owed } = account;
    if (owed > 0) this.credit.next(owed);
  }

  /** One record has left the stage downwards. */
  protected passedOn(): void {
    this.account.settled++;
  }

  /** One record ends here, with a reason. */
  protected settleHere(record: RecordContext | null, rank: 2 | 3 | 4, code: SluiceCode): void {
    this.account.settled++;
    this.settledHere++;
    if (record === null) return;
    record.note(rank, code);
    record.release();
  }

  /** The record is given up: its letter is written, and the stream goes on. */
  protected writeOff(
    value: T,
    record: RecordContext | null,
    error: unknown,
    listener: ((letter: DeadLetter) => void) | undefined,
  ): void {
    const letter = writeLetter(value, record, this.name, error, this.scheduler.now());
    try {
      this.books?.deadLetter(letter);
      listener?.(letter);
    } catch (listenerError) {
      this.settleHere(record, CANCELLED, letter.code);
      this.output.error(listenerError);
      return;
    }
    this.settleHere(record, DEAD_LETTERED, letter.code);
  }

  protected override overflowed(value: T): boolean {
    if (this.overflow === 'error') return false;
    for (let drop = refuse(this.overflow, this.inbox.size); drop > 0; drop--) {
      const dropped = this.inbox.shift() as T;
      this.settleHere(this.takeRecord(), REJECTED, 'OVERFLOW');
      this.dropped(dropped);
    }
    const { owed } = this.account;
    if (owed > 0) {
      this.credit.next(owed);
      this.account.arrivals++;
      this.accept(value);
      return true;
    }
    const record = this.takeOver(value);
    this.settledHere++;
    this.account.arrivals++;
    this.account.settled++;
    record?.note(REJECTED, 'OVERFLOW');
    record?.release();
    this.dropped(value);
    return true;
  }

  /** Told of each record that the overflow policy drops. */
  protected dropped(value: T): void {
    void value;
  }

  protected upstreamCompleted(): void {
    this.endWith({ kind: 'complete' });
  }

  protected upstreamFailed(error: unknown): void {
    this.endWith({ kind: 'error', error });
  }

  protected get upstreamEnded(): boolean {
    return this.ending !== null;
  }

  protected fault(error: SluiceError): void {
    this.output.error(error);
  }

  /** Ends the stage when nothing is held any more. */
  protected endWith(ending: Ending): void {
    this.ending = ending;
    this.drain();
  }

  private endIfEmpty(): void {
    if (this.ending !== null && this.account.held === 0 && this.mode !== BUSY && !this.over) this.end(this.ending);
  }

  private end(ending: Ending): void {
    if (ending.kind === 'complete') this.output.complete();
    else this.output.error(ending.error);
  }

  /** The downstream is gone: everything above is released, and what was held here is cancelled (C9). */
  private cancel(): void {
    if (this.over) return;
    this.over = true;
    if (this.account.breaksStack) whenShallow(this.releaseAll);
    else this.releaseAll();
  }

  private readonly releaseAll = (): void => {
    this.unsubscribe();
    if (this.countedAsSource) this.books?.leaveSource(this);
    this.credit.complete();
    this.abandon();
    while (this.records.size > 0) this.cancelRecord(this.records.shift() ?? null);
    this.inbox.clear();
  };

  protected cancelRecord(record: RecordContext | null): void {
    if (record === null) return;
    record.note(CANCELLED, 'UNSUBSCRIBED');
    record.release();
  }
}
