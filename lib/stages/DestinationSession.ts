import { SluiceError } from '../credit/SluiceError.js';
import type { Destination } from '../destinations/Destination.js';
import { reportUnhandled } from '../credit/inTurn.js';
import { follow } from './follow.js';

/** Who is told how a session goes. */
export interface SessionOwner {
  sessionOpened(): void;
  sessionFailed(error: SluiceError): void;
}

/** One use of a destination: opened once, closed once, and closed only if it was opened. */
export class DestinationSession {
  private state: 'new' | 'opening' | 'open' | 'closing' | 'over' = 'new';
  private readonly opening = new AbortController();
  /** What to do when it is closed at the end of the stream. */
  private afterwards: (() => void) | null = null;
  private completed = false;

  constructor(
    private readonly destination: Destination<never>,
    private readonly stage: string,
    private readonly owner: SessionOwner,
  ) {}

  get isOpen(): boolean {
    return this.state === 'open';
  }

  open(): void {
    this.state = 'opening';
    const fail = (error: unknown): void => {
      if (this.state !== 'opening') return;
      this.state = 'over';
      this.owner.sessionFailed(this.failure('opened, and nothing has been written to it', error));
    };
    let opening;
    try {
      opening = this.destination.open?.({ signal: this.opening.signal, fail: this.gone });
    } catch (error) {
      fail(error);
      return;
    }
    follow(opening, this.opened, fail);
  }

  /** The stream has ended: closes, then does what comes afterwards. */
  end(completed: boolean, afterwards: () => void): void {
    this.completed = completed;
    this.afterwards = afterwards;
    // One that is being opened is closed when it is open.
    if (this.state === 'open') this.closeAtTheEnd(afterwards);
  }

  /** The stream is cancelled: closes without waiting for it. What `close` throws goes to the caller. */
  cancel(): void {
    const { state } = this;
    this.state = 'over';
    if (state === 'opening') this.opening.abort();
    if (state === 'open') this.closeUnwatched();
  }

  private readonly opened = (): void => {
    if (this.state === 'over') {
      // The stream was cancelled while it was being opened.
      this.closeUnwatched();
      return;
    }
    if (this.state !== 'opening') return;
    this.state = 'open';
    if (this.afterwards !== null) this.closeAtTheEnd(this.afterwards);
    else this.owner.sessionOpened();
  };

  /** The destination says that it is gone for good. */
  private readonly gone = (error: unknown): void => {
    const { state } = this;
    if (state !== 'open' && state !== 'opening') return;
    this.state = 'over';
    if (state === 'opening') this.opening.abort();
    try {
      if (state === 'open') this.closeUnwatched();
    } catch (closeError) {
      reportUnhandled(closeError);
    }
    this.owner.sessionFailed(this.failure('written to any more', error));
  };

  private closeUnwatched(): void {
    follow(this.destination.close?.({ completed: false }), ignore, reportUnhandled);
  }

  private closeAtTheEnd(afterwards: () => void): void {
    this.state = 'closing';
    const fail = (error: unknown): void => {
      if (this.state !== 'closing') return;
      this.state = 'over';
      this.owner.sessionFailed(this.failure('closed', error));
    };
    let closing;
    try {
      closing = this.destination.close?.({ completed: this.completed });
    } catch (error) {
      fail(error);
      return;
    }
    const closed = (): void => {
      if (this.state !== 'closing') return;
      this.state = 'over';
      afterwards();
    };
    follow(closing, closed, fail);
  }

  private failure(what: string, cause: unknown): SluiceError {
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `stage '${this.stage}': destination '${this.destination.name}' could not be ${what}: ${why}`;
    return new SluiceError('DESTINATION', message, { cause });
  }
}

function ignore(): void {
  // Nobody waits.
}
