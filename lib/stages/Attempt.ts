import type { EgressCall } from './EgressInfo.js';
import { Work } from '../operators/Work.js';

/** Who is told when an attempt ends. `S` is where its record is. */
export interface AttemptOwner<S, R> {
  attemptEnded(attempt: Attempt<S, R>): void;
}

/**
 * One call of `process`. While it counts it has a slot. Once it has been given up it has none: it is a stray, if its
 * work goes on all the same, and whatever it says settles nothing.
 */
export class Attempt<S, R> extends Work<R> {
  slot: S | null = null;
  call: EgressCall | null = null;
  /** When it began; -1 where nobody measures. */
  startedAt = -1;

  constructor(private readonly owner: AttemptOwner<S, R>) {
    super();
  }

  /** A promise cannot be stopped, an inner subscription can. */
  get isStoppable(): boolean {
    return this.inner !== null;
  }

  begin(slot: S, call: EgressCall | null, startedAt: number): void {
    this.state = 'running';
    this.slot = slot;
    this.call = call;
    this.startedAt = startedAt;
  }

  protected ended(): void {
    this.owner.attemptEnded(this);
  }

  /** Makes it ready to be used again. */
  clear(): void {
    this.state = 'free';
    this.result = this.error = undefined;
    this.slot = null;
    this.inner = null;
    this.call?.end();
    this.call = null;
  }

  /** The stage is over: tells the work to stop, and hears nothing of it any more. */
  abandon(): void {
    this.state = 'free';
    this.stop();
  }

  /** Tells the work to stop. An Observable's does; a promise's ends when it ends, and is not heard. */
  stop(reason?: unknown): void {
    const { inner, call } = this;
    this.slot = null;
    this.call = null;
    this.inner = null;
    call?.end();
    try {
      inner?.unsubscribe();
    } finally {
      call?.abort(reason);
    }
  }
}
