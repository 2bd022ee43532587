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
export class WorkInfo implements StageInfo {
  private controller: AbortController | null = null;
  private aborted = false;

  constructor(
    readonly record: RecordContext,
    readonly index: number,
  ) {}

  get signal(): AbortSignal {
    this.controller ??= new AbortController();
    if (this.aborted) this.controller.abort();
    return this.controller.signal;
  }

  abort(): void {
    this.aborted = true;
    this.controller?.abort();
  }
}
