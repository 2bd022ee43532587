import type { SchedulerLike } from 'rxjs';
import type { StageKind, StageObserver } from '../control/observedStage.js';
import type { StageEvent } from '../control/stageEvent.js';
import type { StageMeter } from '../control/StageMeter.js';
import type { CreditAccount } from '../credit/CreditAccount.js';
import { DrainLoop, WAITING } from '../credit/DrainLoop.js';
import { DEFAULT_SCHEDULER, type ReadyStageOptions } from '../options/common.js';
import { GrantPacer } from './GrantPacer.js';
import { StageObservation } from './StageObservation.js';

/** The drain loop of a stage that a controller may observe, and whose return of credit may be slowed. */
export abstract class ObservedLoop<T> extends DrainLoop<T> {
  readonly name: string;
  /** Records that were settled in this stage: failed, or dropped at its entrance. */
  settledHere = 0;
  protected readonly scheduler: SchedulerLike;
  /** Measures the work where a controller observes; null where nobody does. */
  protected meter: StageMeter | null = null;
  /** Set while a controller observes. */
  protected observation: StageObservation | null = null;
  private pacer: GrantPacer | null = null;
  private readonly creditReplenishRate: number | undefined;

  constructor(account: CreditAccount, options: ReadyStageOptions) {
    super(account);
    this.name = account.name;
    this.scheduler = options.scheduler ?? DEFAULT_SCHEDULER;
    this.creditReplenishRate = options.creditReplenishRate;
    if (options.controller !== undefined) account.observer = options.controller;
    if (options.creditReplenishRate !== undefined) this.pace(options.creditReplenishRate);
  }

  protected override returnCredit(): void {
    if (this.pacer === null) super.returnCredit();
    else this.pacer.replenish(this.waiting === 0);
  }

  /** Which of the five this is, for its formula and its trigger. */
  protected get kind(): StageKind {
    return 'other';
  }

  /** What the stage's own trigger looks at, 0..1. */
  get trigger(): number {
    return this.buffered / this.account.capacity;
  }

  get buffered(): number {
    return this.waiting;
  }

  /** It has something to hand on, and nothing below takes it. */
  abstract get isBackPressured(): boolean;

  grantOwed(): void {
    if (this.account.owed > 0 && !this.closed) this.returnCredit();
  }

  protected beObserved(): void {
    const observer = this.account.observer as StageObserver | null;
    if (observer === null || this.observation !== null) return;
    this.observation = new StageObservation(this, this.kind, observer, () => this.scheduler.now());
    this.meter = this.observation.meter;
    this.pace(this.creditReplenishRate);
  }

  protected override afterWork(): void {
    super.afterWork();
    this.observation?.looked();
  }

  /** A record has come in: the loop looks at it, unless it could do nothing about it. */
  protected attendTo(): void {
    if (this.mode > WAITING || !this.isStuck()) {
      this.drain();
      return;
    }
    this.mode = WAITING;
    this.observation?.looked();
  }

  /** Whether what waits must go on waiting until something other than an arrival happens. */
  protected isStuck(): boolean {
    return false;
  }

  /** From now on grants may be delayed, and no more than so many are given in a second. */
  protected pace(ratePerSecond?: number): void {
    const grant = (count: number) => {
      this.credit.next(count);
    };
    const delayMs = () => Math.max(this.earlyDelayMs(), this.observation?.lease.delayMs() ?? 0);
    this.pacer = new GrantPacer(this.account, grant, this.scheduler, ratePerSecond, delayMs);
  }

  /** Milliseconds by which this stage delays its grants now, of its own accord. */
  protected earlyDelayMs(): number {
    return 0;
  }

  /** Tells the controller, where there is one. */
  protected tell(event: StageEvent): void {
    this.observation?.lease.tell(event);
  }

  protected stopObserving(): void {
    this.pacer?.stop();
    this.observation?.lease.leave();
  }
}
