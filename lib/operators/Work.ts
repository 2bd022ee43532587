import { Subscriber, type Observable, type Subscription } from 'rxjs';
import { isFlow } from '../credit/Entrance.js';
import { reportUnhandled } from '../credit/inTurn.js';

/** Stands for "no value": an Observable that completed without one. */
export const NOTHING: unique symbol = Symbol('nothing');

/**
 * Follows one piece of a user's work to its end. Objects are used again, and each makes its two callbacks once, so that
 * a promise costs no closure of ours. That is safe for native promises only, which settle once; what any other thenable
 * says is believed the first time.
 */
export abstract class Work<R> {
  result: R | typeof NOTHING | undefined = undefined;
  error: unknown = undefined;
  state: 'free' | 'running' | 'done' | 'failed' = 'free';
  protected inner: Subscription | null = null;

  /** Told once, when the work has ended: `state` is done or failed. */
  protected abstract ended(): void;

  readonly succeed = (result: R | typeof NOTHING): void => {
    if (this.state !== 'running') return;
    this.state = 'done';
    this.result = result;
    this.tell();
  };

  readonly fail = (error: unknown): void => {
    if (this.state !== 'running') return;
    this.state = 'failed';
    this.error = error;
    this.tell();
  };

  /** Called from promises, where what a teardown throws would be an unhandled rejection. */
  private tell(): void {
    try {
      this.ended();
    } catch (error) {
      reportUnhandled(error);
    }
  }

  /** Follows what a user's function returned to its end. */
  follow(work: PromiseLike<R> | Observable<R>): void {
    this.state = 'running';
    if (isFlow(work)) this.followFlow(work as Observable<R>);
    else if (isNative<R>(work)) work.then(this.succeed, this.fail);
    else this.followThenable(work as PromiseLike<R>);
  }

  private followThenable(work: PromiseLike<R>): void {
    let open = true;
    const once =
      <V>(settle: (value: V) => void) =>
      (value: V): void => {
        if (!open) return;
        open = false;
        settle(value);
      };
    try {
      work.then(once(this.succeed), once(this.fail));
    } catch (error) {
      once(this.fail)(error);
    }
  }

  private followFlow(work: Observable<R>): void {
    let last: R | typeof NOTHING = NOTHING;
    const inner = new Subscriber<R>({
      next: (value: R) => {
        last = value;
      },
      error: this.fail,
      complete: () => {
        this.succeed(last);
      },
    } as Subscriber<R>);
    this.inner = inner;
    try {
      work.subscribe(inner);
    } catch (error) {
      // A teardown that throws as soon as it is there does so after the end.
      if (inner.closed) reportUnhandled(error);
      else this.fail(error);
    }
  }
}

/** What must be waited for: a thenable, or an Observable of whatever copy of RxJS. */
export function isWork(result: unknown): result is PromiseLike<unknown> | Observable<unknown> {
  if (typeof result !== 'object' && typeof result !== 'function') return false;
  if (result === null) return false;
  return typeof (result as { then?: unknown }).then === 'function' || isFlow(result);
}

/** Takes no interest in what comes of it, so that a rejection is not an unhandled one. */
export function ignore(result: unknown): void {
  try {
    if (isWork(result) && !isFlow(result)) (result as PromiseLike<unknown>).then(noop, noop);
  } catch {
    // Nobody is left to be told.
  }
}

function noop(): void {
  // Nothing is left to do.
}

/** Settles once for certain; a subclass with a then of its own may not. */
function isNative<R>(work: PromiseLike<R> | Observable<R>): work is Promise<R> {
  return work instanceof Promise && work.then === nativeThen;
}

// eslint-disable-next-line @typescript-eslint/unbound-method -- compared, never called
const nativeThen = Promise.prototype.then;
