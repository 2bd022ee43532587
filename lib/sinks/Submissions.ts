import type { SluiceCode } from '../credit/SluiceError.js';
import type { Outcome } from '../records/outcome.js';
import { Submission, type SubmissionOwner, type SubmitOptions } from './Submission.js';
import type { SubmitOutcome } from './SubmitOutcome.js';

/** What became of the submissions so far: submitted = the five outcomes + inFlight, at every instant. */
export interface SubmissionCount extends Readonly<Record<Outcome, number>> {
  readonly submitted: number;
  readonly inFlight: number;
}

/** A submission whose record was broken off, and why. */
interface BrokenOff<T, R> {
  readonly submission: Submission<T, R>;
  readonly code: SluiceCode;
}

/**
 * The submissions of a service, and where each is: among those in flight it waits to be sent, is on its way, or has been
 * broken off, of which it is not yet known whether it is sent again.
 */
export class Submissions<T, R> {
  private readonly unsettled = new Set<Submission<T, R>>();
  /** In the order of submission. */
  private queue = new Set<Submission<T, R>>();
  private readonly broken = new Map<Submission<T, R>, SluiceCode>();
  private made = 0;
  private readonly settledAs: Record<Outcome, number> = {
    filtered: 0,
    delivered: 0,
    rejected: 0,
    deadLettered: 0,
    cancelled: 0,
  };

  get inFlight(): number {
    return this.unsettled.size;
  }

  get waiting(): number {
    return this.queue.size;
  }

  /** When the oldest one in flight was submitted; there is one. */
  get oldestSince(): number {
    const [oldest] = this.unsettled;
    return oldest?.since ?? Infinity;
  }

  count(): SubmissionCount {
    return { submitted: this.made, inFlight: this.inFlight, ...this.settledAs };
  }

  all(): Submission<T, R>[] {
    return [...this.unsettled];
  }

  make(value: T, now: number, owner: SubmissionOwner<T, R>, options: SubmitOptions): Submission<T, R> {
    return new Submission(value, ++this.made, now, owner, options);
  }

  take(submission: Submission<T, R>): void {
    this.unsettled.add(submission);
    this.queue.add(submission);
  }

  shift(): Submission<T, R> | undefined {
    const [first] = this.queue;
    if (first !== undefined) this.queue.delete(first);
    return first;
  }

  breakOff(submission: Submission<T, R>, code: SluiceCode): void {
    this.broken.set(submission, code);
  }

  /** Hands over those that were broken off. */
  brokenOff(): BrokenOff<T, R>[] {
    const all = [...this.broken].map(([submission, code]) => ({ submission, code }));
    this.broken.clear();
    return all;
  }

  /**
   * Those whose source was subscribed no more when they were broken off wait again, in front of what was submitted later:
   * retry sends them in again.
   */
  takeBack(): void {
    const again = [...this.broken.keys()].filter(({ sentBy }) => sentBy?.ended === true);
    if (again.length === 0) return;
    for (const submission of again) {
      this.broken.delete(submission);
      submission.startAgain();
    }
    this.queue = new Set([...again, ...this.queue].sort((one, other) => one.ticket - other.ticket));
  }

  settle(submission: Submission<T, R>, outcome: SubmitOutcome<R>): void {
    this.unsettled.delete(submission);
    this.queue.delete(submission);
    this.broken.delete(submission);
    this.settledAs[outcome.outcome]++;
    submission.settle(outcome);
  }
}
