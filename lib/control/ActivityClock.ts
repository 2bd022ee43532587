import type { StageActivity } from './observedStage.js';

/** Milliseconds of a second. They sum to 1000. */
export interface ActivityShares {
  readonly idle: number;
  readonly busy: number;
  readonly backPressured: number;
}

/**
 * How a stage spent its time, as Flink counts it: idle, busy and back-pressured milliseconds of each second, stamped at
 * the transitions and nowhere else.
 */
export class ActivityClock {
  private activity: StageActivity = 'idle';
  private since: number;
  private spent = { idle: 0, busy: 0, backPressured: 0 };
  private periodBegan: number;

  constructor(now: number) {
    this.since = now;
    this.periodBegan = now;
  }

  enter(activity: StageActivity, now: number): void {
    if (activity === this.activity) return;
    this.account(now);
    this.activity = activity;
  }

  /** The shares of the time since the last call, in milliseconds of a second. They sum to 1000. */
  read(now: number): ActivityShares {
    this.account(now);
    const period = now - this.periodBegan;
    const { idle, busy, backPressured } = this.spent;
    this.spent = { idle: 0, busy: 0, backPressured: 0 };
    this.periodBegan = now;
    if (period <= 0) return this.allOf(this.activity);
    const busyShare = Math.round((busy * 1000) / period);
    // The rest is what rounding leaves, so that the three always make 1000.
    const pressedShare =
      idle > 0 ? Math.min(Math.round((backPressured * 1000) / period), 1000 - busyShare) : 1000 - busyShare;
    return { idle: 1000 - busyShare - pressedShare, busy: busyShare, backPressured: pressedShare };
  }

  private allOf(activity: StageActivity): ActivityShares {
    return { idle: 0, busy: 0, backPressured: 0, [activity]: 1000 };
  }

  private account(now: number): void {
    this.spent[this.activity] += now - this.since;
    this.since = now;
  }
}
