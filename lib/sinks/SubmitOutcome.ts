import type { SluiceCode } from '../credit/SluiceError.js';
import type { DeadLetter } from '../records/DeadLetter.js';

/** What every outcome has: the values of the submission that left the pipeline, in that order. */
interface Left<R> {
  readonly values: readonly R[];
}

/** It left the pipeline. */
export interface DeliveredOutcome<R> extends Left<R> {
  readonly outcome: 'delivered';
  /** The value that left; of several, which an expansion makes, the last one. */
  readonly value: R;
}

/** An operator of the pipeline dropped it. */
export interface FilteredOutcome<R> extends Left<R> {
  readonly outcome: 'filtered';
}

/**
 * It was turned away: at the door (OVERFLOW: `capacity` submissions are unsettled; PIPELINE_CLOSED), or by a stage that
 * rejects what it cannot do.
 */
export interface RejectedOutcome<R> extends Left<R> {
  readonly outcome: 'rejected';
  readonly code: SluiceCode;
  /** When to try again, in milliseconds, where that is known. */
  readonly retryAfterMs?: number | undefined;
  /** Where the pipeline had failed: its error. */
  readonly cause?: unknown;
}

/** A stage gave it up; the letter says why. */
export interface DeadLetteredOutcome<R> extends Left<R> {
  readonly outcome: 'deadLettered';
  readonly code: SluiceCode;
  readonly letter: DeadLetter;
}

/**
 * It was broken off. ABORTED: by its signal. DEADLINE: after its `deadlineMs`. DRAIN_DEADLINE: by the end of `close`.
 * STREAM_FAILED: the pipeline failed, and `cause` is why. PIPELINE_CLOSED: the pipeline completed without it. What it
 * had begun may have taken effect all the same.
 */
export interface CancelledOutcome<R> extends Left<R> {
  readonly outcome: 'cancelled';
  readonly code: SluiceCode;
  /** The reason of the signal, or the error of the pipeline. */
  readonly cause?: unknown;
}

/** What became of one submission. There is no sixth. */
export type SubmitOutcome<R> =
  DeliveredOutcome<R> | FilteredOutcome<R> | RejectedOutcome<R> | DeadLetteredOutcome<R> | CancelledOutcome<R>;
