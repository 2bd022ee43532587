import type { Scheduler } from 'fast-check';
import { VirtualTimeScheduler } from 'rxjs';

/** Virtual time whose timers fire one by one, in their order, when they are told to. */
class StepClock extends VirtualTimeScheduler {
  get pending(): number {
    return this.actions.length;
  }

  fireNext(): void {
    const action = this.actions.shift();
    if (action === undefined) return;
    this.frame = action.delay;
    const error: unknown = action.execute(action.state, action.delay);
    if (error !== undefined && error !== null) throw error;
  }
}

/**
 * What happens when: promises settle in whatever order the scheduler of fast-check picks, and timers fire between them
 * in the order of their time. Nothing sleeps.
 */
export class Timetable {
  readonly clock = new StepClock();
  private timersAnnounced = 0;
  private steps = 0;

  constructor(
    private readonly order: Scheduler,
    /** Told of what a timer's work throws. */
    private readonly threw: (error: unknown) => void,
  ) {}

  /** A promise that settles as `settle` says, when its turn has come. */
  later<T>(label: string, settle: () => T): Promise<T> {
    return this.order.schedule(Promise.resolve(), label).then(settle);
  }

  /** As `later`, after many other things. */
  async muchLater(label: string, settle: () => void): Promise<void> {
    for (let turns = 0; turns < 8; turns++) await this.later(label, () => undefined);
    settle();
  }

  get stepsTaken(): number {
    return this.steps;
  }

  /** Lets the next thing happen, and all that follows from it without waiting. False: nothing is left to happen. */
  async step(): Promise<boolean> {
    while (this.timersAnnounced < this.clock.pending) this.announceTimer();
    if (this.order.count() === 0) return false;
    this.steps++;
    await this.order.waitNext(1);
    await turn();
    return true;
  }

  private announceTimer(): void {
    this.timersAnnounced++;
    void this.later('timer', () => {
      this.timersAnnounced--;
      try {
        this.clock.fireNext();
      } catch (error) {
        this.threw(error);
      }
    });
  }
}

/** One turn of the event loop: every promise that can settle has settled, and rejections nobody heard are known. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** RxJS reports an error that nobody handles in a timeout of its own: when this resolves, it has. */
export function afterReports(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0);
  });
}
