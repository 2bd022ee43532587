import type { RecordContext } from '../records/RecordContext.js';

/** What `project` may be told beside the value. Made only for a project that takes a second argument. */
export interface StageInfo {
  /** The record's context, shared with all its descendants. */
  readonly record: RecordContext;
  /** How many records this stage began before this one. */
  readonly index: number;
  /** Aborted when the stage is unsubscribed while the record is in work. */
  readonly signal: AbortSignal;
}

/** The controller behind `signal` is made when it is first looked at. */
export class Abortable {
  private controller: AbortController | null = null;
  private aborted = false;
  private reason: unknown = undefined;

  get signal(): AbortSignal {
    this.controller ??= new AbortController();
    if (this.aborted) this.controller.abort(this.reason);
    return this.controller.signal;
  }

  abort(reason?: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    this.controller?.abort(reason);
  }
}

export class WorkInfo extends Abortable implements StageInfo {
  constructor(
    readonly record: RecordContext,
    readonly index: number,
  ) {
    super();
  }
}
