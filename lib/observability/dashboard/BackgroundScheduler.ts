import { clearTimeout, setTimeout } from 'node:timers';
import { asyncScheduler, Subscription, type SchedulerAction, type SchedulerLike } from 'rxjs';

/** A piece of work that may be scheduled again. */
class BackgroundAction<T> extends Subscription implements SchedulerAction<T> {
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly work: (this: SchedulerAction<T>, state?: T) => void) {
    super(() => {
      if (this.timer !== null) clearTimeout(this.timer);
    });
  }

  schedule(state?: T, delay = 0): Subscription {
    if (this.closed) return this;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.timer = null;
      this.work(state);
      if (this.timer === null) this.unsubscribe();
    }, delay).unref();
    return this;
  }
}

/** The real time, whose timers do not keep the process alive: whoever only watches must not. */
export class BackgroundScheduler implements SchedulerLike {
  now(): number {
    return asyncScheduler.now();
  }

  schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T): Subscription {
    return new BackgroundAction(work).schedule(state, delay);
  }
}
