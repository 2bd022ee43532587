import type { Observable } from 'rxjs';
import { CreditAccount } from '../credit/CreditAccount.js';
import type { Ending } from '../credit/DrainLoop.js';
import { overdraft } from '../credit/faults.js';
import type { FlowableSubscriber } from '../credit/FlowableSubscriber.js';
import { Inbox } from '../credit/Inbox.js';
import { inTurn } from '../credit/inTurn.js';
import type { SluiceCode, SluiceError } from '../credit/SluiceError.js';
import { releaseWhenShallow, whenShallow } from '../credit/trampoline.js';
import { DEFAULT_CAPACITY, type ReadyStageOptions } from '../options/common.js';
import type { Bookkeeper } from '../records/Bookkeeper.js';
import { writeLetter, type DeadLetter, type EarlierFailures } from '../records/DeadLetter.js';
import type { StageEntry } from '../records/StageEntry.js';
import { CANCELLED, DEAD_LETTERED, REJECTED } from '../records/outcome.js';
import type { RecordContext } from '../records/RecordContext.js';
import { inScope } from './inScope.js';
import { LetterDesk, type LetterListener } from './LetterDesk.js';
import { ObservedLoop } from './ObservedLoop.js';
import { refuse, type Overflow } from './overflow.js';
import { takeOver } from './takeOver.js';

/**
 * What all stages share beside the loop: the inbox with its contexts, the overflow policy, settlement and the end. A
 * stage of its own says in `work()` what it does with what has arrived.
 */
export abstract class StageCore<T, R> extends ObservedLoop<T> implements StageEntry {
  protected readonly inbox = new Inbox<T>();
  /** The contexts of what is in the inbox, in step with it. Filled only while somebody asks (P4). */
  protected readonly records = new Inbox<RecordContext | null>();
  private letters: LetterDesk | null = null;
  private connecting = true;
  private readonly overflow: Overflow;

  constructor(
    readonly output: FlowableSubscriber<R>,
    options: ReadyStageOptions,
    defaultName: string,
    overflow: Overflow = 'error',
    overdraftLimit?: number,
    capacity = options.capacity ?? DEFAULT_CAPACITY,
  ) {
    super(new CreditAccount(options.name ?? defaultName, capacity, output.account, overdraftLimit), options);
    this.overflow = overflow;
    this.account.output = output;
    this.account.holder = this;
    output.scheduler = this.scheduler;
    this.account.witness ??= output.asks;
    this.books?.enrolStage(this);
    this.credit.next(capacity);
  }

  /** Subscribes what lies above. */
  start(source: Observable<T>): void {
    this.beObserved();
    this.output.add(() => {
      this.cancel();
    });
    this.output.onStageDemand(() => {
      this.drain();
    });
    if (this.over) return;
    if (this.account.breaksStack) {
      whenShallow(() => {
        if (!this.closed) this.connectTo(source);
      });
    } else this.connectTo(source);
  }

  private connectTo(source: Observable<T>): void {
    try {
      inScope(this.output.scope, () => {
        this.connect(source);
      });
    } finally {
      this.connecting = false;
    }
  }

  /** Lets go of what is in work, because the stage is over. */
  protected abstract abandon(): void;

  protected get waiting(): number {
    return this.inbox.size;
  }

  get isBackPressured(): boolean {
    return this.account.held > 0 && !this.output.hasCredit;
  }

  protected override get takesPushes(): boolean {
    return this.overflow !== 'error';
  }

  protected accept(value: T): void {
    this.enqueue(value, this.account.witness === null ? null : this.takeOver(value));
    if (this.account.overdrawn) this.fault(overdraft(this.name, this.account.overdraft));
    else this.attendTo();
  }

  protected enqueue(value: T, record: RecordContext | null): void {
    this.inbox.push(value);
    if (record === null) return;
    while (this.records.size < this.inbox.size - 1) this.records.push(null);
    this.records.push(record);
  }

  /** The context of the record that is arriving, with a reference for the arrival. */
  protected takeOver(value: T): RecordContext | null {
    return takeOver(this.account, value, this.output.scope);
  }

  /** Whoever keeps contexts for this pipeline; null where nobody asks. */
  protected get books(): Bookkeeper | null {
    return this.account.witness as Bookkeeper | null;
  }

  /** Told when the pipeline is to take in no more. */
  stopPushes(): void {
    this.deafen();
    if (this.account.producers.length === 0 && !this.connecting) this.complete();
  }

  forgo(record: RecordContext, reason: SluiceError): void {
    if (this.over) return;
    this.forgoHeld(record, reason);
    this.drain();
  }

  /** Lets go of all that is held of a record. A stage that holds records elsewhere than in the inbox adds to it. */
  protected forgoHeld(record: RecordContext, { code }: SluiceError): void {
    const { inbox, records } = this;
    if (records.size === 0) return;
    while (records.size < inbox.size) records.push(null);
    for (let left = inbox.size; left > 0; left--) {
      const value = inbox.shift() as T;
      const held = this.takeRecord();
      if (held?.isOf(record) === true) this.settleHere(held, CANCELLED, code);
      else {
        inbox.push(value);
        records.push(held);
      }
    }
  }

  unstarted(): readonly RecordContext[] {
    return this.over ? this.records.toArray().filter((record) => record !== null) : [];
  }

  protected takeRecord(): RecordContext | null {
    return this.records.size > 0 ? (this.records.shift() ?? null) : null;
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

  /** One record ends here, rejected by a policy. */
  protected reject(value: unknown, record: RecordContext | null, code: SluiceCode): void {
    this.settleHere(record, REJECTED, code);
    this.tellRejected(value, record, code);
  }

  private tellRejected(value: unknown, record: RecordContext | null, code: SluiceCode, retryAfterMs?: number): void {
    if (this.observation === null) return;
    this.tell({ kind: 'rejected', code, value, key: record?.key, retryAfterMs });
  }

  /** The record is given up: its letter is written, and the stream goes on. */
  protected writeOff(
    value: T,
    record: RecordContext | null,
    error: unknown,
    listener: ((letter: DeadLetter) => void) | undefined,
    earlier?: EarlierFailures,
  ): void {
    this.sendOff(writeLetter(value, record, this.name, error, this.scheduler.now(), earlier), record, listener);
  }

  /** Hands the letter to whoever keeps it and settles the record. */
  protected sendOff(letter: DeadLetter, record: RecordContext | null, listener: LetterListener): void {
    this.letters ??= new LetterDesk(this.account, this.letterSent, () => {
      this.drain();
    });
    this.letters.send(letter, record, listener);
  }

  private readonly letterSent = (
    letter: DeadLetter,
    record: RecordContext | null,
    failure?: { readonly error: unknown },
  ): void => {
    this.settleHere(record, failure === undefined ? DEAD_LETTERED : CANCELLED, letter.code);
    if (failure !== undefined) this.output.error(failure.error);
  };

  /** Credit that is owed but not granted is a place all the same. Past it the policy decides. */
  protected override overflowed(value: T): boolean {
    const { account } = this;
    const drops = account.free > 0 ? 0 : refuse(this.overflow, this.inbox.size);
    for (let drop = drops; drop > 0; drop--) {
      const dropped = this.inbox.shift() as T;
      this.reject(dropped, this.takeRecord(), this.dropCode);
      this.dropped(dropped);
      if (this.over) return true;
    }
    if (account.free > 0) {
      account.takeOwedPlace();
      this.accept(value);
      return true;
    }
    if (this.overflow === 'error') return false;
    this.drop(value);
    return true;
  }

  /** A pushed record that does not come in. It is counted all the same. */
  protected drop(value: T): void {
    const record = this.takeOver(value);
    this.account.turnAway();
    this.settledHere++;
    const retryAfterMs = record === null && this.observation === null ? undefined : this.retryAfterMs();
    if (record !== null) {
      record.retryAfterMs = retryAfterMs;
      record.note(REJECTED, this.dropCode);
      record.release();
    }
    this.tellRejected(value, record, this.dropCode, retryAfterMs);
    this.dropped(value);
  }

  /** Why a push that finds no place is rejected, and when it would find one, where that is known. */
  protected readonly dropCode: SluiceCode = 'OVERFLOW';
  protected retryAfterMs(): number | undefined {
    return undefined;
  }

  /** Told of each record that the overflow policy drops. */
  protected dropped(value: T): void {
    void value;
  }

  protected fault(error: SluiceError): void {
    this.output.error(error);
  }

  protected end(ending: Ending): void {
    if (ending.kind === 'complete') this.output.complete();
    else this.output.error(ending.error);
  }

  /** The downstream is gone: everything above is released, and what was held here is cancelled (C9). */
  private cancel(): void {
    if (this.over) return;
    this.over = true;
    this.attend();
    if (this.account.breaksStack) releaseWhenShallow(this.releaseAll);
    else this.releaseAll();
  }

  private readonly releaseAll = (): void => {
    inTurn(
      () => {
        this.unsubscribe();
      },
      () => {
        this.abandon();
      },
      () => {
        this.credit.complete();
        this.letters?.close((record) => {
          this.cancelRecord(record);
        });
        this.stopObserving();
        while (this.records.size > 0) this.cancelRecord(this.records.shift() ?? null);
        this.inbox.clear();
        this.books?.leaveStage(this);
      },
    );
  };

  protected cancelRecord(record: RecordContext | null): void {
    if (record === null) return;
    record.note(CANCELLED, 'UNSUBSCRIBED');
    record.release();
  }
}
