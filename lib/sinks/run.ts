import { asyncScheduler, isObservable, Subscriber, type Observable, type SchedulerLike, type Subscription } from 'rxjs';
import * as z from 'zod/mini';
import { CreditAccount } from '../credit/CreditAccount.js';
import { CREDIT } from '../credit/discovery.js';
import { SluiceError } from '../credit/SluiceError.js';
import { reportUnhandled } from '../credit/inTurn.js';
import { whenShallow } from '../credit/trampoline.js';
import { checkOptions, show } from '../options/checkOptions.js';
import { count, fn, milliseconds, scheduler as schedulerSchema } from '../options/common.js';
import type { DeadLetter } from '../records/DeadLetter.js';
import { Ledger, type LedgerCount } from '../records/Ledger.js';
import { describeReport } from './describeReport.js';

export interface RunOptions {
  /** Aborting it ends the run gracefully: sources give no more, and what is in flight may finish. */
  readonly signal?: AbortSignal | undefined;
  /** How long what is in flight may take after the abort, in milliseconds. Default 5000. Then it is cancelled. */
  readonly drainMs?: number | undefined;
  /** Called with each dead letter, when it is written. What it throws fails the run. */
  readonly onDeadLetter?: ((letter: DeadLetter) => void) | undefined;
  /** How many dead letters the report keeps, the first ones; the count is always complete. Default 10,000. */
  readonly keepDeadLetters?: number | undefined;
  /** Where `drainMs` comes from. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
}

/** What a run comes to. `in` = the five outcomes + `inFlight`, which is 0 once the run is over. */
export interface RunReport extends LedgerCount {
  /** `'completed'`: to the end. `'stopped'`: by the signal. `'failed'`: the stream failed. */
  readonly ended: 'completed' | 'stopped' | 'failed';
  /** The letters, the first `keepDeadLetters` of them. */
  readonly deadLetters: readonly DeadLetter[];
  /** Letters beyond those, which `onDeadLetter` was told of and nobody keeps. */
  readonly deadLettersNotKept: number;
  /** The receipt: in = outcomes by code, and the peak of live records, in one line. */
  toString(): string;
}

/** The stream failed. `cause` is why, `report` is what had become of the records until then. */
export class RunError extends SluiceError {
  constructor(
    readonly report: RunReport,
    cause: unknown,
  ) {
    super('STREAM_FAILED', `the stream failed: ${cause instanceof Error ? cause.message : show(cause)}`, { cause });
  }
}

const SCHEMA = z.strictObject({
  signal: z.optional(z.instanceof(AbortSignal, { error: 'give an AbortSignal' })),
  drainMs: z.optional(milliseconds),
  onDeadLetter: z.optional(fn<(letter: DeadLetter) => void>('give a function (letter) => void')),
  keepDeadLetters: z.optional(z.union([z.literal(0), count], 'give a whole number of at least 0')),
  scheduler: z.optional(schedulerSchema),
});

/** @internal For the test that changes every option in turn. */
export const RUN_OPTIONS: readonly string[] = Object.keys(SCHEMA.def.shape);

/**
 * Subscribes to a flow, keeps its books, and resolves with the receipt when it is over. Every record that entered has
 * one of the five outcomes in it.
 *
 * @throws SluiceError OPTION where an option is unknown or makes no sense
 * @returns a promise of the report; it rejects with a RunError, which has the report, where the stream failed
 *
 * @example
 * const report = await run(fromPull(rows).pipe(stage(save, { onFailure: 'deadLetter' })));
 * console.log(String(report)); // in 10000 = delivered 9991 + deadLettered 9 (TIMEOUT 9) · peak live 276
 */
export function run(flow: Observable<unknown>, options: RunOptions = {}): Promise<RunReport> {
  if (!isObservable(flow)) throw new SluiceError('OPTION', `run: flow is ${show(flow)}; give an Observable`);
  checkOptions('run', SCHEMA, RUN_OPTIONS, options);
  return new Promise((resolve, reject) => {
    new Run(options, resolve, reject).start(flow);
  });
}

class Run {
  private readonly letters: DeadLetter[] = [];
  private notKept = 0;
  private readonly ledger: Ledger;
  private readonly consumer: Subscriber<unknown>;
  private deadline: Subscription | null = null;
  private stopped = false;
  private over = false;

  constructor(
    private readonly options: RunOptions,
    private readonly resolve: (report: RunReport) => void,
    private readonly reject: (error: RunError) => void,
  ) {
    const { keepDeadLetters = 10_000, onDeadLetter } = options;
    this.ledger = new Ledger(
      (letter) => {
        if (this.letters.length < keepDeadLetters) this.letters.push(letter);
        else this.notKept++;
        onDeadLetter?.(letter);
      },
      () => {
        whenShallow(this.endIfIdle);
      },
    );
    this.consumer = new RunConsumer(this.ledger, {
      next: () => undefined,
      error: (error: unknown) => {
        this.fail(error);
      },
      complete: () => {
        this.settle(this.stopped ? 'stopped' : 'completed');
      },
    });
  }

  start(flow: Observable<unknown>): void {
    const { signal } = this.options;
    if (signal?.aborted === true) {
      this.settle('stopped');
      return;
    }
    signal?.addEventListener('abort', this.stop);
    flow.subscribe(this.consumer);
  }

  private readonly stop = (): void => {
    const { drainMs = 5000, scheduler = asyncScheduler } = this.options;
    this.stopped = true;
    this.deadline = scheduler.schedule(() => {
      this.ledger.deadlinePassed();
      this.settle('stopped');
    }, drainMs);
    try {
      this.ledger.stop();
    } catch (error) {
      reportUnhandled(error);
    }
  };

  /** Asked when the outermost call has ended, because a stage that completes may let an operator release records. */
  private readonly endIfIdle = (): void => {
    if (this.ledger.inFlight === 0) this.settle('stopped');
  };

  private settle(ended: RunReport['ended']): void {
    this.release(() => {
      this.resolve(this.report(ended));
    });
  }

  private fail(error: unknown): void {
    this.release(() => {
      this.reject(new RunError(this.report('failed'), error));
    });
  }

  /**
   * Cancels what is still in flight, and tells when the outermost call has ended: a record that is being delivered is
   * settled only then.
   */
  private release(tell: () => void): void {
    if (this.over) return;
    this.over = true;
    this.options.signal?.removeEventListener('abort', this.stop);
    this.deadline?.unsubscribe();
    try {
      this.consumer.unsubscribe();
    } catch (error) {
      reportUnhandled(error);
    }
    whenShallow(tell);
  }

  private report(ended: RunReport['ended']): RunReport {
    const counted = this.ledger.count();
    const letters = { deadLetters: this.letters, deadLettersNotKept: this.notKept };
    return { ...counted, ended, ...letters, toString: () => describeReport(counted) };
  }
}

/** The end of a pipeline that keeps books: unbounded demand, found by the stages above as credit is. */
class RunConsumer extends Subscriber<unknown> {
  readonly [CREDIT]: CreditAccount;

  constructor(ledger: Ledger, observer: { next(): void; error(error: unknown): void; complete(): void }) {
    super(observer);
    this[CREDIT] = CreditAccount.unbounded(ledger);
  }
}
