import type { SchedulerLike, Subscription } from 'rxjs';
import type { FlowableSubscriber } from '../credit/FlowableSubscriber.js';
import { reportUnhandled } from '../credit/inTurn.js';
import type { SluiceCode } from '../credit/SluiceError.js';
import type { DeadLetter } from '../records/DeadLetter.js';
import type { RecordContext, SettlementWatcher } from '../records/RecordContext.js';
import type { SubmitOutcome } from './SubmitOutcome.js';

/** What `submit` may be told beside the value. */
export interface SubmitOptions {
  /** Aborting it cancels this submission, and no other. */
  readonly signal?: AbortSignal | undefined;
  /** How long the submission may take, in milliseconds. Then it is cancelled. Off by default. */
  readonly deadlineMs?: number | undefined;
  /** Called with each fraction, 0 to 1, that the work says by `progress` (asyncEgress). What it throws is unhandled. */
  readonly onProgress?: ((fraction: number) => void) | undefined;
}

/** Who is told what happens to a submission. */
export interface SubmissionOwner<T, R> {
  recordSettled(submission: Submission<T, R>, record: RecordContext): void;
  /** The caller wants it no more. */
  withdrawn(submission: Submission<T, R>, code: SluiceCode, cause?: unknown): void;
}

/** One value on behalf of one caller. Its promise is resolved exactly once and is never rejected. */
export class Submission<T, R> implements SettlementWatcher {
  /** The record that it is on its way as; null while it waits, and once that record has settled. */
  record: RecordContext | null = null;
  /** The subscription of the pipeline's source by which it went in last. */
  sentBy: FlowableSubscriber<T> | null = null;
  values: R[] = [];
  letter: DeadLetter | null = null;
  readonly outcome: Promise<SubmitOutcome<R>>;
  private resolve!: (outcome: SubmitOutcome<R>) => void;
  private deadline: Subscription | null = null;
  private settled = false;

  constructor(
    readonly value: T,
    /** Its place in the order of submission. */
    readonly ticket: number,
    /** When it was submitted, by the scheduler's clock. */
    readonly since: number,
    private readonly owner: SubmissionOwner<T, R>,
    private readonly options: SubmitOptions,
  ) {
    this.outcome = new Promise((resolve) => {
      this.resolve = resolve;
    });
  }

  get isSettled(): boolean {
    return this.settled;
  }

  /** From now on its signal and its deadline are heard. */
  listen(scheduler: SchedulerLike): void {
    const { signal, deadlineMs } = this.options;
    signal?.addEventListener('abort', this.aborted);
    if (deadlineMs === undefined) return;
    this.deadline = scheduler.schedule(() => {
      this.owner.withdrawn(this, 'DEADLINE');
    }, deadlineMs);
  }

  settle(outcome: SubmitOutcome<R>): void {
    this.settled = true;
    this.deadline?.unsubscribe();
    this.options.signal?.removeEventListener('abort', this.aborted);
    this.resolve(outcome);
  }

  /** It is sent in again: what an earlier attempt brought is not its outcome. */
  startAgain(): void {
    this.sentBy = null;
    this.values = [];
    this.letter = null;
  }

  recordSettled(record: RecordContext): void {
    this.owner.recordSettled(this, record);
  }

  recordAdvanced({ progress }: RecordContext): void {
    if (this.settled || progress === undefined) return;
    try {
      this.options.onProgress?.(progress);
    } catch (error) {
      reportUnhandled(error);
    }
  }

  private readonly aborted = (): void => {
    this.owner.withdrawn(this, 'ABORTED', this.options.signal?.reason);
  };
}
