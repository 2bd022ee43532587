import type { Lane } from '../operators/Lanes.js';
import type { Place } from '../operators/SlotMachine.js';
import type { NOTHING } from '../operators/Work.js';
import type { Failure } from '../records/DeadLetter.js';
import type { RecordContext } from '../records/RecordContext.js';
import type { Attempt } from './Attempt.js';
import type { Timed } from './Deadlines.js';
import type { ProgressListener } from './EgressInfo.js';

/** So many errors of one record are kept: the first one and the latest. */
const MOST_ERRORS = 100;

/**
 * One place for a record and all its attempts. At every instant it is in one of these states, and only the step out of
 * 'running' settles the record:
 *
 *     running, with an attempt      -> done | failed | running without an attempt
 *     running, without an attempt   -> a delay runs, or isDue: the next attempt may begin
 *     done | failed                 -> waits for its turn and for credit, then free
 */
export class EgressSlot<T, R> implements Place<T, R>, Timed, ProgressListener {
  value: T | undefined = undefined;
  record: RecordContext | null = null;
  lane: Lane<T> | null = null;
  state: 'free' | 'running' | 'done' | 'failed' = 'free';
  result: R | typeof NOTHING | undefined = undefined;
  error: Failure | undefined = undefined;
  attempt: Attempt<EgressSlot<T, R>, R> | null = null;
  /** Attempts begun. */
  attempts = 0;
  /** When the record is given up, whatever goes on. Set for each record where there is a total timeout. */
  giveUpAt = Infinity;
  /** The delay is over, and the next attempt may begin. */
  isDue = false;
  due = 0;
  ticket = 0;
  place = -1;
  /** What does not stop counts as a stray. */
  readonly isStoppable = true;
  private errors: unknown[] | null = null;
  private firstAt = 0;
  private lastAt = 0;

  constructor(private readonly onProgress: (slot: EgressSlot<T, R>) => void) {}

  progressed(): void {
    this.onProgress(this);
  }

  noteError(error: unknown, now: number): void {
    if (this.errors === null) {
      this.errors = [error];
      this.firstAt = now;
    } else {
      if (this.errors.length === MOST_ERRORS) this.errors.splice(1, 1);
      this.errors.push(error);
    }
    this.lastAt = now;
  }

  describe(code: Failure['code']): Failure {
    const { attempts, errors, firstAt, lastAt } = this;
    return { code, attempts, errors: errors ?? [], firstAt, lastAt };
  }

  release(): void {
    const { attempt } = this;
    this.state = 'free';
    this.value = this.result = this.error = undefined;
    this.record = null;
    this.lane = null;
    this.attempt = null;
    this.attempts = 0;
    this.isDue = false;
    this.errors = null;
    attempt?.abandon();
  }
}
