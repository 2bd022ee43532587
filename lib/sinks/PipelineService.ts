import type { Observable, SchedulerLike, Subscription } from 'rxjs';
import { accountsFrom, limitRecords } from '../credit/accountsBelow.js';
import type { Ending } from '../credit/DrainLoop.js';
import { isFlow } from '../credit/Entrance.js';
import { cutLink, nestedObservable } from '../credit/faults.js';
import { Flowable } from '../credit/Flowable.js';
import type { FlowableSubscriber } from '../credit/FlowableSubscriber.js';
import { reportUnhandled } from '../credit/inTurn.js';
import type { DeliveredRecord } from '../credit/protocol.js';
import { SluiceError, type SluiceCode } from '../credit/SluiceError.js';
import type { LedgerCount } from '../records/Ledger.js';
import { CANCELLED } from '../records/outcome.js';
import type { RecordContext } from '../records/RecordContext.js';
import { outcomeOf } from './outcomeOf.js';
import { ServeBooks } from './ServeBooks.js';
import { ServeEnd, type ServeEndOwner } from './ServeEnd.js';
import type { Submission } from './Submission.js';
import { type SubmissionOwner, type SubmitOptions } from './Submission.js';
import type { SubmitOutcome } from './SubmitOutcome.js';
import { Submissions } from './Submissions.js';
import { TurnaroundEstimate } from './TurnaroundEstimate.js';

/** The options of `serve`, checked and complete. */
export interface ServeSettings {
  readonly name: string;
  readonly capacity: number;
  readonly drainMs: number;
  readonly scheduler: SchedulerLike;
}

/** The pipeline is over, and that is what becomes of whoever still waits. */
interface Closed {
  readonly code: SluiceCode;
  readonly cause?: unknown;
}

/**
 * The machine of `serve`. A submission waits, is on its way as a record, or is settled; its caller may withdraw it at any
 * time. Whatever calls back into user code is told in a microtask of its own, when no delivery goes on, so that the
 * stages are always found at rest.
 */
export class PipelineService<T, R> implements SubmissionOwner<T, R>, ServeEndOwner<R> {
  /** Values that left the pipeline on nobody's behalf: merged in, redriven, or of an operator that held them. */
  unclaimed = 0;
  readonly submissions = new Submissions<T, R>();
  private readonly books = new ServeBooks<T, R>();
  private readonly end: ServeEnd<R>;
  private readonly turnaround: TurnaroundEstimate;
  private source: FlowableSubscriber<T> | null = null;
  private isClosing = false;
  private isSilent = false;
  private closed: Closed | null = null;
  private closing: Promise<void> | null = null;
  private tellClosed: () => void = () => undefined;
  private drainDeadline: Subscription | null = null;
  private lookIsDue = false;

  constructor(readonly settings: ServeSettings) {
    this.end = new ServeEnd<R>(settings.name, settings.capacity, this.books, this);
    this.turnaround = new TurnaroundEstimate(settings.capacity);
  }

  /** Makes the pipeline's source. It can be subscribed again, by retry for instance, but once at a time. */
  readonly flow = new Flowable<T>((subscriber) => {
    this.begin(subscriber);
  });

  start(flow: Observable<R>): void {
    this.end.start(flow);
  }

  get isOpen(): boolean {
    return !this.isClosing && this.closed === null;
  }

  ledger(): LedgerCount {
    return this.books.count();
  }

  submit(value: T, options: SubmitOptions): Promise<SubmitOutcome<R>> {
    if (isFlow(value)) throw nestedObservable(this.settings.name);
    const { scheduler, capacity } = this.settings;
    const { signal } = options;
    const submission = this.submissions.make(value, scheduler.now(), this, options);
    if (signal?.aborted === true) {
      this.settle(submission, { outcome: 'cancelled', code: 'ABORTED', cause: signal.reason, values: [] });
    } else if (!this.isOpen) {
      this.settle(submission, { outcome: 'rejected', code: 'PIPELINE_CLOSED', cause: this.closed?.cause, values: [] });
    } else if (this.submissions.inFlight >= capacity) {
      const retryAfterMs = this.turnaround.retryAfterMs(scheduler.now() - this.submissions.oldestSince);
      this.settle(submission, { outcome: 'rejected', code: 'OVERFLOW', retryAfterMs, values: [] });
    } else {
      this.submissions.take(submission);
      submission.listen(scheduler);
      this.source?.run();
    }
    return submission.outcome;
  }

  /** No more submissions; what is in flight may finish until the deadline. */
  close(): Promise<void> {
    this.closing ??= new Promise((resolve) => {
      this.tellClosed = resolve;
      this.drainAndEnd();
    });
    return this.closing;
  }

  withdrawn(submission: Submission<T, R>, code: SluiceCode, cause?: unknown): void {
    if (submission.isSettled) return;
    const { record, values } = submission;
    this.settle(submission, { outcome: 'cancelled', code, cause, values });
    if (record === null) return;
    const reason = new SluiceError(code, `${this.settings.name}: the caller wants the record no more`, { cause });
    inMicrotask(() => {
      if (record.settled) return;
      // Where no stage holds it, as in a batch that is in work, it goes on, and settles as cancelled.
      record.note(CANCELLED, code);
      this.books.forgo(record, reason);
    });
  }

  recordSettled(submission: Submission<T, R>, record: RecordContext): void {
    submission.record = null;
    if (submission.isSettled) return;
    if (record.rank === CANCELLED) {
      // Whether it was broken off for good, or is to be sent in again, shows when the operators above have spoken.
      this.submissions.breakOff(submission, record.code ?? 'UNSUBSCRIBED');
      this.lookSoon();
    } else this.settle(submission, outcomeOf(submission, record));
  }

  valueLeft(value: R, record: DeliveredRecord | null): void {
    const claims = record?.witness === this.books ? this.books.submissionsOf(record as RecordContext) : [];
    for (const submission of claims) submission.values.push(value);
    if (claims.length === 0) this.unclaimed++;
  }

  pipelineEnded(ending: Ending): void {
    this.finish(ending.kind === 'error' ? { code: 'STREAM_FAILED', cause: ending.error } : { code: 'PIPELINE_CLOSED' });
  }

  private begin(subscriber: FlowableSubscriber<T>): void {
    const { name } = this.settings;
    const { account, scope } = subscriber;
    if (account.witness !== this.books) {
      subscriber.error(cutLink(name));
      return;
    }
    if (scope !== null || this.source?.ended === false) {
      subscriber.error(subscribedTwice(name));
      return;
    }
    // Repeat would subscribe for ever to a source that has no more to give: that one says nothing, and is ended.
    this.isSilent = this.isClosing && this.source?.completing === true;
    this.source = this.books.source = subscriber;
    limitRecords(accountsFrom(account), this.settings.capacity);
    this.submissions.takeBack();
    if (this.submissions.waiting > 0) this.isSilent = false;
    subscriber.onDemand(() => {
      this.send(subscriber);
    });
    if (this.isSilent) this.lookSoon();
    else if (this.isClosing) this.completeIfSent();
  }

  private send(subscriber: FlowableSubscriber<T>): void {
    while (subscriber.balance > 0) {
      const next = this.submissions.shift();
      if (next === undefined) break;
      next.sentBy = subscriber;
      this.books.expect(next);
      subscriber.next(next.value);
    }
    if (this.isClosing && !this.isSilent) this.completeIfSent();
  }

  private completeIfSent(): void {
    if (this.submissions.waiting === 0) this.source?.complete();
  }

  private drainAndEnd(): void {
    if (this.closed !== null) {
      this.lookSoon();
      return;
    }
    const { scheduler, drainMs } = this.settings;
    this.isClosing = true;
    this.drainDeadline = scheduler.schedule(() => {
      this.books.deadlinePassed();
      this.finish({ code: 'DRAIN_DEADLINE' });
    }, drainMs);
    try {
      this.books.stop();
    } catch (error) {
      reportUnhandled(error);
    }
    this.completeIfSent();
    this.lookSoon();
  }

  private settle(submission: Submission<T, R>, outcome: SubmitOutcome<R>): void {
    const byPipeline = outcome.outcome !== 'cancelled' && submission.sentBy !== null;
    if (byPipeline) this.turnaround.observe(this.settings.scheduler.now() - submission.since);
    this.submissions.settle(submission, outcome);
    if (this.isClosing) this.lookSoon();
  }

  /** The pipeline is over. A record whose delivery goes on settles by itself; the others when that is over. */
  private finish(closed: Closed): void {
    if (this.closed !== null) return;
    this.closed = closed;
    this.drainDeadline?.unsubscribe();
    try {
      this.end.stop();
    } catch (error) {
      reportUnhandled(error);
    }
    this.lookSoon();
  }

  private lookSoon(): void {
    if (this.lookIsDue) return;
    this.lookIsDue = true;
    inMicrotask(this.look);
  }

  private readonly look = (): void => {
    this.lookIsDue = false;
    if (this.closed !== null) {
      this.settleAll(this.closed);
      return;
    }
    this.submissions.takeBack();
    for (const { submission, code } of this.submissions.brokenOff()) {
      this.settle(submission, { outcome: 'cancelled', code, values: submission.values });
    }
    this.source?.run();
    if (this.isClosing && this.submissions.inFlight === 0 && !this.willComplete) {
      this.finish({ code: 'PIPELINE_CLOSED' });
    }
  };

  /** The pipeline has been told that there is no more, and completes when it is done: a destination is closed first. */
  private get willComplete(): boolean {
    return this.source !== null && !this.isSilent && (!this.source.ended || this.source.completing);
  }

  private settleAll({ code, cause }: Closed): void {
    for (const submission of this.submissions.all()) {
      this.settle(submission, { outcome: 'cancelled', code, cause, values: submission.values });
    }
    this.tellClosed();
  }
}

function subscribedTwice(name: string): SluiceError {
  return new SluiceError(
    'OPTION',
    `${name}: the pipeline subscribed its source twice at the same time, or inside the delivery of a record, so that a ` +
      `value could not be told from another's; write a pipeline that subscribes its source once`,
  );
}

function inMicrotask(work: () => void): void {
  Promise.resolve().then(work).catch(reportUnhandled);
}
