import { finished, type Writable } from 'node:stream';
import { Inbox } from '../credit/Inbox.js';
import { SluiceError } from '../credit/SluiceError.js';
import type { WriteContext, WriteRequest } from '../destinations/Destination.js';

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
  private isOver = false;
  private readonly stopWatching: () => void;

  constructor(
    private readonly writable: Writable,
    private readonly endsIt: boolean,
    private readonly fail: (error: unknown) => void,
  ) {
    // It also listens to 'error', which would end the process where nobody does.
    this.stopWatching = finished(writable, { readable: false }, (error) => {
      this.gone(error ?? endedByOthers());
    });
    writable.on('drain', this.writeWaiting);
  }

  write(requests: readonly WriteRequest<unknown>[], context: WriteContext): void {
    for (const request of requests) this.waiting.push({ request, context });
    this.writeWaiting();
  }

  /** The stream has completed and everything is answered. */
  finish(): Promise<void> | undefined {
    this.letGo();
    if (!this.endsIt) return undefined;
    const { writable } = this;
    return new Promise((resolve, reject) => {
      finished(writable, { readable: false }, (error) => {
        if (error == null) resolve();
        else reject(error);
      });
      writable.end();
    });
  }

  /** What was written is not all there was to write: a Writable that is ended now would look complete. */
  abandon(): void {
    this.letGo();
    if (!this.endsIt) return;
    // What it has to say now nobody needs to hear.
    this.writable.on('error', () => undefined);
    this.writable.destroy();
  }

  private letGo(): void {
    this.isOver = true;
    this.stopWatching();
    this.writable.off('drain', this.writeWaiting);
  }

  private readonly writeWaiting = (): void => {
    while (!this.isOver && !this.writable.writableNeedDrain) {
      const next = this.waiting.shift();
      if (next === undefined) return;
      this.writeOne(next);
    }
  };

  private writeOne({ request: { id, value }, context }: Waiting): void {
    // Nobody waits for it any more: it has its outcome, and was not written.
    if (context.signal.aborted) return;
    const answered = (error?: Error | null): void => {
      if (error == null) context.acknowledge({ id, ok: true });
      else this.gone(error);
    };
    try {
      this.writable.write(value, answered);
    } catch (error) {
      // It takes no value of this type.
      context.acknowledge({ id, ok: false, error, retryable: false });
    }
  }

  /** The Writable takes no more, and a stream that failed does not recover. */
  private gone(error: unknown): void {
    if (this.isOver) return;
    this.isOver = true;
    this.fail(error);
  }
}

function endedByOthers(): SluiceError {
  return new SluiceError(
    'DESTINATION',
    'writableDestination: the Writable was ended by somebody else while the pipeline wrote to it',
  );
}
