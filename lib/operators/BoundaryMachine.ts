import { Subject, type OperatorFunction, type Subscription } from 'rxjs';
import { overdraft } from '../credit/faults.js';
import type { FlowableSubscriber } from '../credit/FlowableSubscriber.js';
import { DELIVERIES_BEFORE_YIELD } from '../credit/Producer.js';
import { Inbox } from '../credit/Inbox.js';
import type { StageOptions } from '../options/common.js';
import type { RecordContext } from '../records/RecordContext.js';
import { StageCore } from './StageCore.js';

export interface BoundarySettings extends StageOptions {
  readonly capacity: number;
  readonly lossy: boolean;
}

/**
 * The machine of `boundary`: records go into the operator through a Subject, and what comes out waits for credit.
 * Strict: what is in the operator counts as held, and each result frees the place of the record that has been in there
 * longest. Lossy: a record is done with when it has gone in; only results are held.
 */
export class BoundaryMachine<T, R> extends StageCore<T, R> {
  private readonly feed = new Subject<T>();
  private readonly results = new Inbox<R>();
  /** The contexts of what is in the operator, the oldest first. */
  private readonly inside = new Inbox<RecordContext | null>();
  private readonly subscription: Subscription;
  private sourceDone = false;
  private feedDone = false;
  /** What to tell downstream once the results are handed on: the operator has ended. */
  private conclusion: (() => void) | null = null;
  private failure: { readonly error: unknown } | null = null;
  private fedInARow = 0;
  private yielding = false;

  constructor(
    output: FlowableSubscriber<R>,
    operator: OperatorFunction<T, R>,
    private readonly settings: BoundarySettings,
  ) {
    super(output, settings, 'boundary');
    this.subscription = operator(this.feed).subscribe({
      next: (result) => {
        this.cameOut(result);
      },
      error: (error: unknown) => {
        this.operatorEnded(() => {
          this.output.error(error);
        });
      },
      complete: () => {
        this.operatorEnded(() => {
          this.output.complete();
        });
      },
    });
  }

  protected work(): void {
    while (!this.over) {
      if (this.results.size > 0 && this.output.ready()) this.handOn();
      else if (this.inbox.size > 0 && this.mayFeed()) this.goIn();
      else if (this.sourceDone && this.inbox.size === 0 && !this.feedDone) {
        // What the operator releases at its end is handed on in the next round.
        this.feedDone = true;
        this.feed.complete();
      } else break;
    }
    if (this.over) return;
    if (this.results.size > 0) return;
    if (this.conclusion !== null) this.finish(this.conclusion);
    else if (this.failure !== null && this.inbox.size === 0 && (this.settings.lossy || this.inside.size === 0)) {
      this.output.error(this.failure.error);
    }
  }

  protected override upstreamCompleted(): void {
    this.sourceDone = true;
    this.drain();
  }

  /** It waits for what is in the operator: operators pass an error on before what they hold. */
  protected override upstreamFailed(error: unknown): void {
    this.failure = { error };
    this.drain();
  }

  protected abandon(): void {
    this.subscription.unsubscribe();
    while (this.inside.size > 0) this.cancelRecord(this.inside.shift() ?? null);
    this.results.clear();
  }

  private mayFeed(): boolean {
    if (this.conclusion !== null || this.yielding) return false;
    return !this.settings.lossy || this.results.size < this.settings.capacity;
  }

  private goIn(): void {
    const value = this.inbox.shift() as T;
    const record = this.takeRecord();
    if (this.settings.lossy) {
      // It may never come out. What does come out next is its descendant.
      this.account.settled++;
      this.inside.push(record);
      while (this.inside.size > 1) this.inside.shift()?.release();
      if (++this.fedInARow >= DELIVERIES_BEFORE_YIELD) this.yieldToOthers();
    } else this.inside.push(record);
    this.feed.next(value);
  }

  /** An endless synchronous source would never let the operator's timers run. */
  private yieldToOthers(): void {
    this.fedInARow = 0;
    this.yielding = true;
    this.output.add(
      this.scheduler.schedule(() => {
        this.yielding = false;
        this.drain();
      }),
    );
  }

  private cameOut(result: R): void {
    this.results.push(result);
    this.fedInARow = 0;
    if (this.results.size > this.account.capacity + this.account.overdraft) {
      this.fault(overdraft(this.name, this.account.overdraft));
    } else this.drain();
  }

  private handOn(): void {
    const result = this.results.shift() as R;
    const isResultOfRecord = this.inside.size > 0;
    const record = isResultOfRecord ? (this.inside.shift() ?? null) : null;
    if (record === null) this.output.deliver(result);
    else this.output.deliverRecord(result, record);
    if (isResultOfRecord && !this.settings.lossy) this.account.settled++;
  }

  private operatorEnded(ending: () => void): void {
    this.conclusion = ending;
    this.unsubscribe();
    this.drain();
  }

  /** What the operator kept for good was dropped by it. */
  private finish(ending: () => void): void {
    while (this.inside.size > 0) {
      this.inside.shift()?.release();
      if (!this.settings.lossy) this.account.settled++;
    }
    ending();
  }
}
