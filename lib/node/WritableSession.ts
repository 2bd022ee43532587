import { finished, type Writable } from 'node:stream';
import type { WriteContext, WriteRequest } from '../destinations/Destination.js';
import { SluiceError } from '../credit/SluiceError.js';
import { Inbox } from '../credit/Inbox.js';

interface Waiting {
  readonly request: WriteRequest<unknown>;
  readonly context: WriteContext;
}

/**
 * One use of a Writable, from open to close. What it is given while the Writable's buffer is full waits here until
 * 'drain': the sink's `maxPendingAcknowledgments` is its bound.
 */
export class WritableSession {
  private readonly waiting = new Inbox<Waiting>();
  /** What was written and not answered, with the way to refuse it. */
  private readonly written = new Set<(error: unknown) => void>();
  /** Why it takes no more, once that is so. */
  private ended: Error | null = null;
  private failed = false;
  private readonly stopWatching: () => void;

  constructor(
    private readonly writable: Writable,
    private readonly name: string,
    private readonly endsIt: boolean,
  ) {
    // It also listens to 'error', which would end the process where nobody does.
    this.stopWatching = finished(writable, { readable: false }, (error) => {
      this.failed = error != null;
      this.over(error ?? this.gone());
    });
    writable.on('drain', this.writeWaiting);
  }

  write(requests: readonly WriteRequest<unknown>[], context: WriteContext): void {
    for (const request of requests) this.waiting.push({ request, context });
    this.writeWaiting();
  }

  /** The stream has completed and everything is answered. */
  finish(): Promise<void> | undefined {
    const { writable, ended } = this;
    if (!this.endsIt || ended !== null) {
      this.letGo();
      return this.endsIt && this.failed && ended !== null ? Promise.reject(ended) : undefined;
    }
    return new Promise((resolve, reject) => {
      finished(writable, { readable: false }, (error) => {
        this.letGo();
        if (error == null) resolve();
        else reject(error);
      });
      writable.end();
    });
  }

  /** What was written is not all there was to write: a Writable that is ended now would look complete. */
  abandon(): void {
    if (this.endsIt) {
      // Its late errors are heard by the listener that stays.
      this.writable.off('drain', this.writeWaiting);
      this.writable.destroy();
    } else this.letGo();
  }

  private letGo(): void {
    this.stopWatching();
    this.writable.off('drain', this.writeWaiting);
  }

  private readonly writeWaiting = (): void => {
    while (!this.writable.writableNeedDrain || this.ended !== null) {
      const next = this.waiting.shift();
      if (next === undefined) return;
      this.writeOne(next);
    }
  };

  private writeOne({ request: { id, value }, context }: Waiting): void {
    // Nobody waits for it any more: it has its outcome, and was not written.
    if (context.signal.aborted) return;
    const refuse = (error: unknown): void => {
      if (this.written.delete(refuse)) context.acknowledge({ id, ok: false, error, retryable: false });
    };
    this.written.add(refuse);
    if (this.ended !== null) {
      refuse(this.ended);
      return;
    }
    const answered = (error?: Error | null): void => {
      if (error != null) refuse(error);
      else if (this.written.delete(refuse)) context.acknowledge({ id, ok: true });
    };
    try {
      this.writable.write(value, answered);
    } catch (error) {
      // It takes no value of this type.
      refuse(error);
    }
  }

  /** The Writable takes no more: whatever it has not answered is refused. */
  private over(error: Error): void {
    this.ended ??= error;
    for (const refuse of [...this.written]) refuse(error);
    this.writeWaiting();
  }

  private gone(): SluiceError {
    return new SluiceError(
      'DESTINATION',
      `writableDestination '${this.name}': the Writable was ended by somebody else while records were still to come`,
    );
  }
}
