import { asyncScheduler, isObservable, type Observable, type SchedulerLike } from 'rxjs';
import * as z from 'zod/mini';
import type { Flowable } from '../credit/Flowable.js';
import { SluiceError } from '../credit/SluiceError.js';
import { checkOptions, show } from '../options/checkOptions.js';
import {
  count,
  DEFAULT_CAPACITY,
  fn,
  milliseconds,
  name as nameSchema,
  scheduler as schedulerSchema,
} from '../options/common.js';
import type { LedgerCount } from '../records/Ledger.js';
import { PipelineService } from './PipelineService.js';
import type { SubmissionCount } from './Submissions.js';
import type { SubmitOptions } from './Submission.js';
import type { SubmitOutcome } from './SubmitOutcome.js';

/** What a service does with each submission: an operator, or any function from the source of submissions to a flow. */
export type ServedPipeline<T, R> = (submissions: Flowable<T>) => Observable<R>;

export interface ServeOptions {
  /** Submissions that may be unsettled at the same time. One more is rejected at once. Default 256. */
  readonly capacity?: number | undefined;
  /** How long what is in flight may take after `close()`, in milliseconds. Default 5000. Then it is cancelled. */
  readonly drainMs?: number | undefined;
  /** The name in errors. Default `'serve'`. */
  readonly name?: string | undefined;
  /** Where `drainMs`, `deadlineMs` and the time come from. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
}

/** A pipeline that takes values one by one and tells each caller what became of its own. */
export interface Service<T, R> extends AsyncDisposable {
  /**
   * Sends one value through the pipeline. The promise is resolved exactly once, and never rejected.
   *
   * @throws SluiceError OPTION where an option is unknown or makes no sense; NESTED_OBSERVABLE for an Observable as value
   */
  submit(value: T, options?: SubmitOptions): Promise<SubmitOutcome<R>>;
  /** Takes no more submissions; what is in flight may finish within `drainMs`. Resolves when the pipeline is over. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
  /** False once it is closed, or the pipeline has ended or failed: every submission is rejected with PIPELINE_CLOSED. */
  readonly isOpen: boolean;
  readonly capacity: number;
  /** Submissions that are unsettled. */
  readonly inFlight: number;
  /** Those of them that wait for the credit of the first stage. */
  readonly waiting: number;
  /** Values that left the pipeline on nobody's behalf: merged in, redriven, or held by an operator. */
  readonly unclaimed: number;
  /** What became of the submissions: submitted = the five outcomes + inFlight, at every instant. */
  count(): SubmissionCount;
  /** The books of the pipeline, with those of its stages. A submission that retry sends again is a new record there. */
  ledger(): LedgerCount;
}

const SCHEMA = z.strictObject({
  capacity: z.optional(count),
  drainMs: z.optional(milliseconds),
  name: z.optional(nameSchema),
  scheduler: z.optional(schedulerSchema),
});

const SUBMIT_SCHEMA = z.strictObject({
  signal: z.optional(z.instanceof(AbortSignal, { error: 'give an AbortSignal' })),
  deadlineMs: z.optional(milliseconds),
  onProgress: z.optional(fn<(fraction: number) => void>('give a function (fraction) => void')),
});

/** @internal For the test that changes every option in turn. */
export const SERVE_OPTIONS: readonly string[] = Object.keys(SCHEMA.def.shape);
export const SUBMIT_OPTIONS: readonly string[] = Object.keys(SUBMIT_SCHEMA.def.shape);

const NONE: SubmitOptions = {};

/**
 * Starts a pipeline and serves it: `submit(value)` tells what became of that one value. For HTTP handlers, which need an
 * answer for each request and must refuse what is too much, and for upload queues.
 *
 * What is refused is refused at once: a submission that finds `capacity` others unsettled is `rejected` with the code
 * OVERFLOW and, once something has been measured, with
 * `retryAfterMs = ceil(max(mean time of a submission, age of the oldest unsettled one) / capacity)`.
 *
 * The last operators of the pipeline must hand each value on inside the delivery of its record, as all synchronous
 * operators and all stages do. An asynchronous or a cut link there fails the pipeline at its first record.
 *
 * - **Emits** nothing: each submission has an outcome.
 * - **Back-pressures** never: what the first stage has no credit for waits, within `capacity`; past it is rejected.
 * - **Completes** when `close()` has been called and what was in flight has settled, or when the pipeline ends by itself.
 * - **Cancels** one submission by its signal or deadline; all of them `drainMs` after `close()`, or when the pipeline
 *   fails: `cancelled` with the code STREAM_FAILED.
 *
 * @throws SluiceError OPTION where an option is unknown or makes no sense
 *
 * @example
 * const orders = serve(pipe(ingressProcessing({ schema: Order }), asyncEgress({ process: charge })), { capacity: 100 });
 * const result = await orders.submit(body, { signal, deadlineMs: 2000 });
 * if (result.outcome === 'delivered') respond(200, result.value);
 */
export function serve<T, R>(pipeline: ServedPipeline<T, R>, options: ServeOptions = {}): Service<T, R> {
  if (typeof pipeline !== 'function') {
    throw new SluiceError(
      'OPTION',
      `serve: pipeline is ${show(pipeline)}; give an operator, such as pipe(stage(work))`,
    );
  }
  const settings = checkOptions('serve', SCHEMA, SERVE_OPTIONS, options);
  const { capacity = DEFAULT_CAPACITY, drainMs = 5000, name = 'serve', scheduler = asyncScheduler } = settings;
  const service = new PipelineService<T, R>({ capacity, drainMs, name, scheduler });
  const flow: unknown = pipeline(service.flow);
  if (!isObservable(flow)) {
    throw new SluiceError('OPTION', `serve: the pipeline returned ${show(flow)}; return an Observable`);
  }
  service.start(flow as Observable<R>);
  return {
    submit: (value, submitOptions = NONE) => {
      if (submitOptions !== NONE) checkOptions('submit', SUBMIT_SCHEMA, SUBMIT_OPTIONS, submitOptions);
      return service.submit(value, submitOptions);
    },
    close: () => service.close(),
    [Symbol.asyncDispose]: () => service.close(),
    get isOpen() {
      return service.isOpen;
    },
    capacity,
    get inFlight() {
      return service.submissions.inFlight;
    },
    get waiting() {
      return service.submissions.waiting;
    },
    get unclaimed() {
      return service.unclaimed;
    },
    count: () => service.submissions.count(),
    ledger: () => service.ledger(),
  };
}
