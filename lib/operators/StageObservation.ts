import type {
  ObservedStage,
  StageActivity,
  StageKind,
  StageLease,
  StageObserver,
  StageReading,
} from '../control/observedStage.js';
import type { LatencyQuantiles } from '../control/LatencySketch.js';
import { StageMeter } from '../control/StageMeter.js';
import type { CreditAccount } from '../credit/CreditAccount.js';
import { whenShallow } from '../credit/trampoline.js';

/** What an observation needs to know of its stage. */
export interface Observable {
  readonly name: string;
  readonly account: CreditAccount;
  readonly settledHere: number;
  /** Records in the inbox. */
  readonly buffered: number;
  readonly trigger: number;
  /** Waits for credit below with something to hand on. */
  readonly isBackPressured: boolean;
  /** Grants what is owed, if it may. */
  grantOwed(): void;
}

/** A change of the fill by one part in so many of the capacity is worth a report. */
const STEPS_OF_FILL = 16;

/** One stage under one controller: what it tells, and what it gets. */
export class StageObservation implements ObservedStage {
  readonly meter: StageMeter;
  readonly lease: StageLease;
  private reportedHeld = 0;
  private reportedSpent = false;
  private isReporting = false;
  private isWatched = false;
  private settledBefore = 0;
  private movedAt: number;
  /** The time of the reading that is being made, so that it looks at the clock once. */
  private instant: number | null = null;
  private reportedActivity: StageActivity = 'idle';

  constructor(
    private readonly stage: Observable,
    readonly kind: StageKind,
    observer: StageObserver,
    private readonly now: () => number,
  ) {
    this.meter = new StageMeter(() => this.instant ?? now());
    this.movedAt = now();
    this.lease = observer.enrol(this);
  }

  get name(): string {
    return this.stage.name;
  }

  get depth(): number {
    return this.stage.account.depth;
  }

  get below(): string[] {
    const { below, branches } = this.stage.account;
    const next = branches.length > 0 || below === null ? branches : [below];
    return next.filter(({ isStage }) => isStage).map(({ name }) => name);
  }

  get latency(): LatencyQuantiles | null {
    return this.meter.quantiles;
  }

  keepSpread(isWanted: boolean): void {
    this.isWatched = isWanted;
    this.meter.keepSpread(isWanted);
  }

  read(): StageReading {
    const { account, buffered, trigger, settledHere } = this.stage;
    const { capacity, held, available, settled } = account;
    const { activity } = this;
    const now = this.now();
    this.instant = now;
    this.meter.makeUpFor(settled - settledHere);
    const reading: StageReading = {
      capacity,
      buffered,
      held,
      availableCredits: available,
      reachable: account.reachable,
      latencyMs: this.meter.latencyMs,
      stalledMs: this.stalledMs(settled, activity, now),
      errorShare: this.meter.errorShare,
      trigger,
      activity,
      settledHere,
      passedOn: settled - settledHere,
    };
    this.instant = null;
    return reading;
  }

  lend(count: number): number {
    return this.stage.account.lend(count);
  }

  takeBack(count: number): boolean {
    const { account } = this.stage;
    if (account.lent < count) return false;
    account.lent -= count;
    this.stage.grantOwed();
    return true;
  }

  /**
   * Reports where the fill has changed noticeably, where credit has run out or is there again, where work has failed, and
   * each change of activity while somebody watches how the time is spent: once for all that happens in one call from
   * outside, at its end.
   */
  looked(): void {
    if (this.isReporting || !this.isWorthAReport()) return;
    this.isReporting = true;
    whenShallow(this.report);
  }

  private isWorthAReport(): boolean {
    const { held, capacity, available } = this.stage.account;
    const change = held - this.reportedHeld;
    if (change !== 0 && (change < 0 ? -change : change) * STEPS_OF_FILL >= capacity) return true;
    if (available <= 0 !== this.reportedSpent || this.meter.hasFailed) return true;
    return this.isWatched && this.activity !== this.reportedActivity;
  }

  private readonly report = (): void => {
    this.isReporting = false;
    this.reportedHeld = this.stage.account.held;
    this.reportedSpent = this.stage.account.available <= 0;
    this.meter.hasFailed = false;
    this.reportedActivity = this.activity;
    this.lease.changed();
  };

  /** Never more than the truth: what happened between two readings is taken to have happened at the later one. */
  private stalledMs(settled: number, activity: StageActivity, now: number): number {
    if (activity !== 'busy' || settled !== this.settledBefore) this.movedAt = now;
    this.settledBefore = settled;
    return now - this.movedAt;
  }

  private get activity(): StageActivity {
    if (this.stage.isBackPressured) return 'backPressured';
    return this.stage.account.held > 0 ? 'busy' : 'idle';
  }
}
