import type { SchedulerLike, Subscription } from 'rxjs';
import { reportUnhandled } from '../credit/inTurn.js';
import type { Logger, LogLevel } from './Logger.js';

/** What a line says; made only when it is written. */
export interface Line {
  readonly level: LogLevel;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** After a line, the next one of its kind is at least so many milliseconds away. */
export const LINE_WINDOW_MS = 5000;

interface Window {
  readonly key: string;
  until: number;
  /** What happened since the last line, and how it would be said. */
  suppressed: number;
  latest: (() => Line) | null;
  /** Opened by the last line before everybody left. */
  saidAtPause: boolean;
}

/**
 * At most one line of a kind in five seconds, so that overload is no flood. What is held back is counted and said when
 * the five seconds are over; or when everybody leaves, because no timer may run then; or at `close()`. `count` of all
 * lines of a kind together is how often it happened.
 */
export class LineLimiter {
  /** In the order of their ends, because all are of the same length. */
  private readonly windows = new Map<string, Window>();
  private timer: Subscription | null = null;
  private isRunning = false;

  constructor(
    private readonly logger: Logger,
    private readonly scheduler: SchedulerLike,
  ) {}

  /** Says it now, or counts it. */
  note(key: string, line: () => Line): void {
    const now = this.scheduler.now();
    const window = this.windows.get(key);
    // A clock that was set back must not keep a kind silent for longer.
    if (window !== undefined && now < window.until && now >= window.until - LINE_WINDOW_MS) {
      window.suppressed++;
      window.latest = line;
      return;
    }
    this.say(line, (window?.suppressed ?? 0) + 1);
    this.open(key, now);
    this.sweep(now);
    this.arm(now);
  }

  /** Somebody is there: from now on a timer may run. */
  resume(): void {
    this.isRunning = true;
    this.arm(this.scheduler.now());
  }

  /**
   * Everybody has left: says what is held back, and stops the timer. Where that was done for a kind less than five
   * seconds ago it goes on being counted, so that thousands of short pipelines are no flood either.
   */
  pause(): void {
    this.isRunning = false;
    this.disarm();
    const now = this.scheduler.now();
    for (const window of [...this.windows.values()]) {
      if (window.latest === null || (window.saidAtPause && now < window.until)) continue;
      this.say(window.latest, window.suppressed);
      this.open(window.key, now, true);
    }
  }

  /** Says all that is held back. */
  close(): void {
    this.isRunning = false;
    this.disarm();
    for (const { latest, suppressed } of this.windows.values()) if (latest !== null) this.say(latest, suppressed);
    this.windows.clear();
  }

  private open(key: string, now: number, saidAtPause = false): void {
    this.windows.delete(key);
    this.windows.set(key, { key, until: now + LINE_WINDOW_MS, suppressed: 0, latest: null, saidAtPause });
  }

  /** Ends the windows that are over: what was held back is said, and opens the next one. */
  private sweep(now: number): void {
    for (const window of this.windows.values()) {
      if (window.until > now) return;
      this.windows.delete(window.key);
      if (window.latest === null) continue;
      this.say(window.latest, window.suppressed);
      this.open(window.key, now);
    }
  }

  private arm(now: number): void {
    if (!this.isRunning || this.timer !== null) return;
    const [first] = this.windows.values();
    if (first === undefined) return;
    this.timer = this.scheduler.schedule(
      () => {
        this.timer = null;
        this.sweep(this.scheduler.now());
        this.arm(this.scheduler.now());
      },
      Math.max(0, first.until - now),
    );
  }

  private disarm(): void {
    this.timer?.unsubscribe();
    this.timer = null;
  }

  /** A logger that throws harms nobody but whoever reads it. */
  private say(line: () => Line, count: number): void {
    try {
      const { level, message, details } = line();
      const times = count === 1 ? '' : `, ${String(count)} times since the last such line`;
      this.logger[level](`sluice: ${message}${times}`, { ...details, count });
    } catch (error) {
      reportUnhandled(error);
    }
  }
}
