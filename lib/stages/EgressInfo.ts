import { Abortable } from '../operators/StageInfo.js';
import type { RecordContext } from '../records/RecordContext.js';

/** What `process` may be told beside the value. Made only for a `process` that takes a second argument. */
export interface EgressInfo {
  /** Aborted when the attempt is given up: at its timeout, or when the stage is unsubscribed. */
  readonly signal: AbortSignal;
  /** 1 for the first. */
  readonly attempt: number;
  /** The record's context, shared with all its descendants. */
  readonly record: RecordContext;
  /**
   * Says that the work is getting on: the operation timeout begins again. A fraction, 0 to 1, is kept as the record's
   * `progress`. Of an attempt that has ended nothing is heard.
   */
  readonly progress: (fraction?: number) => void;
}

/** Who hears that the work of a slot gets on. */
export interface ProgressListener {
  progressed(): void;
}

/** The info of one attempt. Signal and function are made when they are first looked at. */
export class EgressCall extends Abortable implements EgressInfo {
  private bound: ((fraction?: number) => void) | null = null;

  constructor(
    readonly record: RecordContext,
    readonly attempt: number,
    private listener: ProgressListener | null,
  ) {
    super();
  }

  get progress(): (fraction?: number) => void {
    this.bound ??= (fraction) => {
      if (this.listener === null) return;
      if (fraction !== undefined) this.record.progress = fraction;
      this.listener.progressed();
    };
    return this.bound;
  }

  /** The attempt is over: its progress means nothing any more. */
  end(): void {
    this.listener = null;
  }
}
