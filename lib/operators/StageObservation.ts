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

/** A change of the fill by so much of the capacity is worth a report. */
const STEPS_OF_FILL = 16;

/** One stage under one controller: what it tells, and what it gets. */
export class StageObservation implements ObservedStage {
  readonly meter: StageMeter;
  readonly lease: StageLease;
  private reportedFill = 0;
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

  get below(): string | null {
    const { below } = this.stage.account;
    return below?.isStage === true ? below.name : null;
  }

  get latency(): LatencyQuantiles | null {
    return this.meter.quantiles;
  }

  keepSpread(isWanted: boolean): void {
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

  /** Reports where the fill or the activity has changed noticeably. */
  looked(): void {
    const { account } = this.stage;
    const fill = Math.floor((account.held * STEPS_OF_FILL) / account.capacity);
    const { activity } = this;
    if (fill === this.reportedFill && activity === this.reportedActivity) return;
    this.reportedFill = fill;
    this.reportedActivity = activity;
    this.lease.changed();
  }

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
