/** One record on its way to a destination. */
export interface WriteRequest<T> {
  /** Names this attempt, and no other of the same sink. Every acknowledgment carries the id that it answers. */
  readonly id: number;
  readonly value: T;
  /** 1 for the first attempt. */
  readonly attempt: number;
}

/** What became of one request: it is safe where it was to go, or it was refused. */
export type Acknowledgment =
  | { readonly id: number; readonly ok: true }
  | {
      readonly id: number;
      readonly ok: false;
      readonly error: unknown;
      /** Whether another attempt makes sense. Default true. */
      readonly retryable?: boolean;
    };

/** What `write` is given beside the requests. */
export interface WriteContext {
  /** Aborted when nobody waits for this write any more: its acknowledgments are overdue, or the sink is unsubscribed. */
  readonly signal: AbortSignal;
  /**
   * Acknowledges one request, of this write or of an earlier one, inside `write` or at any later time. It never throws;
   * what comes late, twice or for an unknown id is counted and does no harm.
   */
  readonly acknowledge: (acknowledgment: Acknowledgment) => void;
}

/**
 * Where records end. `write` answers each request with one acknowledgment, in whichever way suits it: it returns them
 * in an array or a promise of one, or calls `acknowledge` for each. The two can be mixed. A `write` that throws, or
 * whose promise rejects, refuses all of its requests that it has not answered. A request that is never answered stays
 * pending until `acknowledgmentTimeoutMs` of the sink have passed.
 *
 * `write` may be called again before the last one is answered: the sink's `maxPendingAcknowledgments` is the bound.
 */
export interface Destination<T> {
  /** The name in errors and pictures. */
  readonly name: string;
  /** Called once for each subscription, and awaited before the first write. What it throws fails the stream. */
  open?(context: OpenContext): void | PromiseLike<void>;
  write(records: readonly WriteRequest<T>[], context: WriteContext): WriteAnswer | PromiseLike<WriteAnswer>;
  /** Called once for each `open` that succeeded: awaited at the end of the stream, not awaited when it is cancelled. */
  close?(ending: DestinationEnding): void | PromiseLike<void>;
}

/** What `open` is given. */
export interface OpenContext {
  /** Aborted when the stream is cancelled while the destination is being opened. */
  readonly signal: AbortSignal;
  /**
   * Says, at any time until `close` is called, that the destination is gone for good: the stream fails with DESTINATION,
   * what is not acknowledged is cancelled, and `close({ completed: false })` is called. Later calls do nothing.
   */
  readonly fail: (error: unknown) => void;
}

/** How the stream ended that a destination was written by. */
export interface DestinationEnding {
  /** True: the stream has completed. False: it failed or was cancelled, and more should have come. */
  readonly completed: boolean;
}

/** Nothing, where the acknowledgments come through `acknowledge`. */
// eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- an async write that returns nothing has void
export type WriteAnswer = void | readonly Acknowledgment[];
