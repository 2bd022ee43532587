import type { SchedulerLike, Subscription } from 'rxjs';
import { reportUnhandled } from '../credit/inTurn.js';
import { SluiceError } from '../credit/SluiceError.js';
import type { Acknowledgment, Destination, WriteAnswer, WriteRequest } from '../destinations/Destination.js';
import { show } from '../options/checkOptions.js';
import type { RecordContext } from '../records/RecordContext.js';
import { follow } from './follow.js';
import type { Passage } from './Passage.js';
import { PendingAcknowledgments, type Stray } from './PendingAcknowledgments.js';
import { SinkWrite } from './SinkWrite.js';

export interface WriterSettings<T> {
  readonly destination: Destination<T>;
  readonly requireAcknowledgment: boolean;
  readonly maxPendingAcknowledgments: number;
  readonly acknowledgmentTimeoutMs: number | undefined;
  readonly onStrayAcknowledgment: ((stray: Stray, acknowledgment: Acknowledgment) => void) | undefined;
}

/** Who is told what becomes of what is written. */
export interface WriterOwner<T> {
  attemptSucceeded(passage: Passage<T>): void;
  attemptFailed(passage: Passage<T>, error: SluiceError, mayTryAgain: boolean): void;
  /** An acknowledgment answered nothing that was waited for. */
  strayed(stray: Stray): void;
  /** The listener for stray acknowledgments threw. */
  listenerFailed(error: unknown): void;
  /** Something has changed: told once for all that came together. */
  written(): void;
}

/**
 * Writes to a destination and matches what it answers with what it was given. It may answer early, late, twice, for
 * ids it was never given, or not at all: each attempt ends once, by the first good reason.
 */
export class DestinationWriter<T> {
  /** Acknowledgments that answered nothing that was waited for. */
  readonly strays: Record<Stray, number> = { late: 0, double: 0, unknown: 0 };
  private readonly pending: PendingAcknowledgments<T>;
  /** Writes whose acknowledgments nobody waits for. The others are known by what is pending. */
  private readonly looseWrites = new Set<SinkWrite>();
  /** One timer for all: acknowledgments time out in the order of sending. */
  private timer: Subscription | null = null;
  private isOver = false;

  constructor(
    private readonly settings: WriterSettings<T>,
    private readonly scheduler: SchedulerLike,
    private readonly owner: WriterOwner<T>,
  ) {
    this.pending = new PendingAcknowledgments(settings.maxPendingAcknowledgments);
  }

  get pendingAcknowledgments(): number {
    return this.pending.size;
  }

  /** The correlation is set before anything is sent: an acknowledgment may come before `write` returns. */
  write(passages: readonly Passage<T>[], now: number): void {
    const { requireAcknowledgment, destination } = this.settings;
    const write = requireAcknowledgment ? new SinkWrite(this.acknowledge) : this.looseWrite();
    write.open = passages.length;
    const requests = passages.map((passage): WriteRequest<T> => {
      passage.write = write;
      passage.sentAt = now;
      this.pending.add(passage);
      return { id: passage.id, value: passage.value, attempt: passage.attempts };
    });
    if (!requireAcknowledgment) this.looseWrites.add(write);
    this.startTimer();
    try {
      const answer = destination.write(requests, write);
      if (answer !== undefined) this.await(answer, requests, write);
    } catch (error) {
      this.rejected(requests, write, error);
    }
    if (!requireAcknowledgment) this.letGo(requests);
  }

  private await(
    answer: WriteAnswer | PromiseLike<WriteAnswer>,
    requests: readonly WriteRequest<T>[],
    write: SinkWrite,
  ): void {
    const answered = (settled: WriteAnswer): void => {
      this.looseWrites.delete(write);
      if (Array.isArray(settled)) this.answerAll(settled as readonly Acknowledgment[]);
      else if (settled !== undefined) this.rejected(requests, write, notAnAnswer(settled));
    };
    follow(answer, answered, (error) => {
      this.rejected(requests, write, error);
    });
  }

  /**
   * A write whose acknowledgments nobody waits for. It can be aborted until its promise settles or it is acknowledged
   * all the same; of those that do neither the latest are remembered.
   */
  private looseWrite(): SinkWrite {
    const write: SinkWrite = new SinkWrite((acknowledgment) => {
      this.acknowledge(acknowledgment);
      if (--write.open <= 0) this.looseWrites.delete(write);
    });
    const { looseWrites } = this;
    const [oldest] = looseWrites;
    if (oldest !== undefined && looseWrites.size >= this.settings.maxPendingAcknowledgments) looseWrites.delete(oldest);
    return write;
  }

  /** The stream has ended. What nobody waits for, because no acknowledgment was required, may finish. */
  letFinish(): void {
    this.looseWrites.clear();
  }

  /** Nobody waits for this record any more: a write that nobody waits for at all is aborted. Hands back what was pending. */
  forgo(record: RecordContext): Passage<T>[] {
    const passages = [...this.pending.all()].filter((passage) => passage.record?.isOf(record) === true);
    for (const passage of passages) {
      const { write } = passage;
      this.pending.expire(passage);
      this.concludeAttempt(passage);
      if (write?.open === 0) write.abort();
    }
    return passages;
  }

  /** The stream is over: aborts every write, and hands back what was pending. */
  abandon(take: (passage: Passage<T>) => void): void {
    this.isOver = true;
    this.timer?.unsubscribe();
    const pending = [...this.pending.all()];
    for (const { write } of pending) write?.abort();
    for (const write of this.looseWrites) write.abort();
    this.looseWrites.clear();
    for (const passage of pending) take(passage);
    this.pending.clear();
  }

  /** No acknowledgment is required: what has been written is done. */
  private letGo(requests: readonly WriteRequest<T>[]): void {
    for (const { id } of requests) {
      const passage = this.pending.take(id);
      if (passage !== undefined) this.succeeded(passage);
    }
  }

  private readonly acknowledge = (acknowledgment: Acknowledgment): void => {
    if (this.isOver) return;
    try {
      this.answer(acknowledgment);
      this.owner.written();
    } catch (error) {
      reportUnhandled(error);
    }
  };

  private answerAll(acknowledgments: readonly Acknowledgment[]): void {
    for (const acknowledgment of acknowledgments) if (!this.isOver) this.answer(acknowledgment);
    this.owner.written();
  }

  private answer(acknowledgment: Acknowledgment): void {
    // Destinations are not always written in TypeScript.
    const passage = this.pending.take((acknowledgment as Partial<Acknowledgment> | null | undefined)?.id);
    if (passage === undefined) this.reconcile(acknowledgment);
    else if (acknowledgment.ok) this.succeeded(passage);
    else this.failed(passage, this.refusal(acknowledgment.error), acknowledgment.retryable !== false);
  }

  /** The whole write failed: all of it that nobody has answered is refused. */
  private rejected(requests: readonly WriteRequest<T>[], write: SinkWrite, error: unknown): void {
    this.looseWrites.delete(write);
    for (const { id } of requests) {
      if (this.isOver) return;
      const passage = this.pending.take(id);
      if (passage !== undefined) this.failed(passage, this.refusal(error), true);
    }
    this.owner.written();
  }

  /** Nothing waits for it. One that comes late and is good spares the record its next attempt. */
  private reconcile(acknowledgment: Acknowledgment): void {
    const { id, ok } = (acknowledgment ?? {}) as Partial<Acknowledgment>;
    const passage = this.pending.takeOverdue(id);
    const late = passage !== undefined || !this.settings.requireAcknowledgment;
    const stray = !this.pending.knows(id) ? 'unknown' : late ? 'late' : 'double';
    this.strays[stray]++;
    this.owner.strayed(stray);
    try {
      this.settings.onStrayAcknowledgment?.(stray, acknowledgment);
    } catch (error) {
      this.owner.listenerFailed(error);
      return;
    }
    if (ok !== true || passage === undefined || passage.state === 'settled' || passage.state === 'done') return;
    if (passage.state === 'sent') this.pending.take(passage.id);
    this.succeeded(passage);
  }

  private succeeded(passage: Passage<T>): void {
    this.concludeAttempt(passage);
    this.owner.attemptSucceeded(passage);
  }

  private failed(passage: Passage<T>, error: SluiceError, mayTryAgain: boolean): void {
    this.concludeAttempt(passage);
    this.owner.attemptFailed(passage, error, mayTryAgain);
  }

  private concludeAttempt(passage: Passage<T>): void {
    const { write } = passage;
    passage.write = null;
    if (write !== null && this.settings.requireAcknowledgment) write.open--;
  }

  private refusal(cause: unknown): SluiceError {
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `destination '${this.settings.destination.name}' refused the record: ${why}`;
    return new SluiceError('NACK', message, { cause });
  }

  private startTimer(delayMs = this.settings.acknowledgmentTimeoutMs): void {
    if (delayMs === undefined || this.timer !== null) return;
    this.timer = this.scheduler.schedule(() => {
      this.timer = null;
      this.expireOverdue();
    }, delayMs);
  }

  /** What is late is told to stop, and fails its attempt. What is still in time sets the timer again. */
  private expireOverdue(): void {
    const { acknowledgmentTimeoutMs: limit = 0, destination } = this.settings;
    const now = this.scheduler.now();
    const message = `destination '${destination.name}' did not acknowledge within ${String(limit)} ms`;
    for (let oldest = this.pending.oldest; oldest !== undefined && !this.isOver; oldest = this.pending.oldest) {
      const left = oldest.sentAt + limit - now;
      if (left > 0) {
        this.startTimer(left);
        break;
      }
      this.pending.expire(oldest);
      oldest.write?.abort();
      if (oldest.state === 'sent') this.failed(oldest, new SluiceError('ACK_TIMEOUT', message), true);
    }
    this.owner.written();
  }
}

function notAnAnswer(answer: unknown): SluiceError {
  return new SluiceError(
    'DESTINATION',
    `write returned ${show(answer)}; return an array of acknowledgments, or nothing and call acknowledge`,
  );
}
