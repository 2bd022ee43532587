import { TestScheduler } from 'rxjs/testing';
import { completeAt, errorAt, nextAt, type Moment } from './Moment.js';

/** RxJS's own parser with one character a millisecond, as inside TestScheduler.run. */
class RunMode extends TestScheduler {
  static override readonly frameTimeFactor: number = 1;
}

/** What `^` and `!` in subscription marbles stand for; Infinity where one is missing. */
export interface SubscriptionFrames {
  readonly subscribedFrame: number;
  readonly unsubscribedFrame: number;
}

export type MarbleValues = Readonly<Record<string, unknown>>;

/** Marbles as RxJS writes them. Letters stand for `values`, or for themselves; `#` stands for `error`. */
export function parseMarbles(marbles: string, values?: MarbleValues, error?: unknown): Moment[] {
  return RunMode.parseMarbles(marbles, values, error, true, true).map(({ frame, notification }) => {
    if (notification.kind === 'N') return nextAt(frame, notification.value);
    return notification.kind === 'E' ? errorAt(frame, notification.error) : completeAt(frame);
  });
}

export function parseSubscription(marbles: string | null): SubscriptionFrames {
  return RunMode.parseMarblesAsSubscriptions(marbles, true);
}

/** The frame of `|`. */
export function parseTime(marbles: string): number {
  const frame = marbles.trim().indexOf('|');
  if (frame < 0) throw new Error(`time('${marbles}'): write a '|' where the time is over`);
  return frame;
}
