import { animationFrameProvider } from 'rxjs/internal/scheduler/animationFrameProvider';
import { dateTimestampProvider } from 'rxjs/internal/scheduler/dateTimestampProvider';
import { intervalProvider } from 'rxjs/internal/scheduler/intervalProvider';
import { performanceTimestampProvider } from 'rxjs/internal/scheduler/performanceTimestampProvider';
import { timeoutProvider } from 'rxjs/internal/scheduler/timeoutProvider';

interface Timer {
  readonly id: number;
  readonly handler: () => void;
  /** A wait of a test's own source or consumer is nothing that the link left behind. */
  readonly isOwn: boolean;
  /** Milliseconds after which it fires again; null: once. */
  readonly every: number | null;
}

/** As in Node and browsers, no timer fires before the next millisecond: so time goes on, whoever yields. */
const LEAST_DELAY = 1;
const MILLISECONDS_PER_FRAME = 16;

/**
 * The time of RxJS, held still. All promises settle before the next timer fires, so that a run gives the same result
 * on every machine. Errors that RxJS reports to nobody in particular are collected.
 */
export class VirtualClock {
  now = 0;
  readonly unhandled: unknown[] = [];
  private nextId = 1;
  private readonly live = new Map<number, Timer>();
  private readonly due = new Map<number, Timer[]>();

  install(): void {
    const setTimer = (handler: () => void, delay = 0): number => this.add(handler, delay, null);
    const clearTimer = (handle: unknown): void => void this.live.delete(handle as number);
    const now = (): number => this.now;
    dateTimestampProvider.delegate = { now };
    performanceTimestampProvider.delegate = { now };
    intervalProvider.delegate = {
      setInterval: ((handler: () => void, delay = 0) => this.add(handler, delay, delay)) as never,
      clearInterval: clearTimer,
    };
    timeoutProvider.delegate = { setTimeout: setTimer as never, clearTimeout: clearTimer };
    animationFrameProvider.delegate = {
      requestAnimationFrame: (callback) => this.add(() => callback(this.now), MILLISECONDS_PER_FRAME, null),
      cancelAnimationFrame: clearTimer,
    };
  }

  uninstall(): void {
    dateTimestampProvider.delegate = undefined;
    performanceTimestampProvider.delegate = undefined;
    intervalProvider.delegate = undefined;
    timeoutProvider.delegate = undefined;
    animationFrameProvider.delegate = undefined;
  }

  /** Timers of RxJS and the library that nobody has cleared. */
  get timersLeft(): number {
    return [...this.live.values()].filter(({ isOwn }) => !isOwn).length;
  }

  /** A promise that settles after that many virtual milliseconds. */
  wait(delay: number): Promise<void> {
    return new Promise((resolve) => {
      this.add(resolve, delay, null, true);
    });
  }

  /** Lets time go on until nothing is due, `until` says so, or `limit` milliseconds have gone by. */
  async run(limit: number, until: () => boolean = () => false): Promise<void> {
    const end = this.now + limit;
    await settlePromises();
    while (!until()) {
      const time = this.nextTime();
      if (time === null || time > end) return;
      this.now = time;
      const timers = this.due.get(time) ?? [];
      this.due.delete(time);
      for (const timer of timers) if (this.fire(timer)) await settlePromises();
    }
  }

  /** Forgets what is still due, so that one run cannot disturb the next. */
  reset(): void {
    this.live.clear();
    this.due.clear();
    this.unhandled.length = 0;
    this.now = 0;
  }

  private add(handler: () => void, delay: number, every: number | null, isOwn = false): number {
    const timer = { id: this.nextId++, handler, every, isOwn };
    this.live.set(timer.id, timer);
    this.schedule(timer, delay);
    return timer.id;
  }

  private schedule(timer: Timer, delay: number): void {
    const time = this.now + Math.max(LEAST_DELAY, Math.floor(delay));
    const timers = this.due.get(time);
    if (timers === undefined) this.due.set(time, [timer]);
    else timers.push(timer);
  }

  private fire(timer: Timer): boolean {
    if (!this.live.has(timer.id)) return false;
    if (timer.every === null) this.live.delete(timer.id);
    else this.schedule(timer, timer.every);
    try {
      timer.handler();
    } catch (error) {
      this.unhandled.push(error);
    }
    return true;
  }

  private nextTime(): number | null {
    let next: number | null = null;
    for (const [time, timers] of this.due) {
      if (next !== null && time >= next) continue;
      if (timers.some(({ id }) => this.live.has(id))) next = time;
      else this.due.delete(time);
    }
    return next;
  }
}

/** A turn of the event loop comes only when no promise is left to settle. */
function settlePromises(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
