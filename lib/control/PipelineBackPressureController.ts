import {
  asyncScheduler,
  BehaviorSubject,
  defer,
  distinctUntilChanged,
  finalize,
  map,
  type Observable,
  share,
  Subject,
  type SchedulerLike,
  type Subscription,
} from 'rxjs';
import { defaultLogger } from '#log';
import { platformProbe } from '#signals';
import { checkOptions } from '../options/checkOptions.js';
import { SluiceError } from '../credit/SluiceError.js';
import { DeadLetterQueue } from './DeadLetterQueue.js';
import {
  CONTROLLER_OPTIONS,
  CONTROLLER_SCHEMA,
  DEFAULT_TRIGGERS,
  type ControllerOptions,
} from './controllerOptions.js';
import { findBottleneck } from './bottleneck.js';
import type { ObservedStage, StageLease, StageObserver } from './observedStage.js';
import { ObservedStages, type Instance } from './ObservedStages.js';
import { PipelineBooks, type Books, type LedgerSum } from './PipelineBooks.js';
import { PipelineLog } from './PipelineLog.js';
import { PlatformSignals } from './PlatformSignals.js';
import type { Rejection, StageEvent } from './stageEvent.js';
import { StageSampler } from './StageSampler.js';
import { StatusBuilder } from './StatusBuilder.js';
import type { Bottleneck, PipelineStatus, StageStatus } from './status.js';

/** A sample older than so many intervals says nothing. */
const STALE_AFTER_INTERVALS = 3;

/**
 * Merges what the stages of one or more pipelines tell into one pressure, and hands back two things only: how much a
 * stage's grants are slowed, and which partition a key group goes to. Stages find it by `control(controller)` at the end
 * of the pipeline, as they find credit; they register at subscribe and leave at unsubscribe.
 *
 * A stage reports when something about it changes, and is looked at every `monitoringIntervalMs`; the timer runs only
 * while there are stages. The throttle is never part of what is measured, and never delays a grant of a stage whose inbox
 * is empty, so that it costs the bottleneck nothing.
 *
 * @example
 * const controller = new PipelineBackPressureController();
 * controller.pressure$.subscribe((pressure) => console.log(pressure));
 * fromPull(orders).pipe(gateway(), stage(charge, { concurrency: 20 }), control(controller)).subscribe();
 */
export class PipelineBackPressureController implements StageObserver {
  readonly pressure$: Observable<number>;
  readonly status$: Observable<PipelineStatus>;
  readonly bottleneck$: Observable<Bottleneck | null>;
  /**
   * Every record that a stage rejects, at the moment it does: refused by an overflow policy, shed by a gateway, or given
   * up where there are no dead letters.
   */
  readonly rejected$: Observable<Rejection>;
  /** The letters of all its pipelines. */
  readonly deadLetters: DeadLetterQueue;
  private readonly stages = new ObservedStages();
  private readonly scheduler: SchedulerLike;
  private readonly intervalMs: number;
  private readonly log: PipelineLog;
  private readonly signals: PlatformSignals;
  private readonly sampler: StageSampler;
  private readonly books = new PipelineBooks();
  private readonly builder: StatusBuilder;
  private readonly level = new BehaviorSubject(0);
  private readonly looks = new BehaviorSubject<number>(0);
  private readonly rejections = new Subject<Rejection>();
  private bottleneck: string | null = null;
  private timer: Subscription | null = null;
  private isClosed = false;
  /** How often more credit was handed back than had been taken. */
  refusedReplenishments = 0;

  constructor(private readonly options: ControllerOptions = {}) {
    checkOptions('PipelineBackPressureController', CONTROLLER_SCHEMA, CONTROLLER_OPTIONS, options);
    this.scheduler = options.scheduler ?? asyncScheduler;
    this.intervalMs = options.monitoringIntervalMs ?? 2000;
    this.log = new PipelineLog(options.logger === 'off' ? null : (options.logger ?? defaultLogger()), this.scheduler);
    this.deadLetters = new DeadLetterQueue({ scheduler: this.scheduler, ...options.deadLetters }, this.log);
    this.sampler = new StageSampler(options, this.log);
    this.signals = signalsFor(options, this.scheduler);
    this.builder = new StatusBuilder(this.stages, this.signals, this.intervalMs * STALE_AFTER_INTERVALS);
    this.rejected$ = this.rejections.asObservable();
    this.pressure$ = this.level.pipe(distinctUntilChanged());
    this.status$ = defer(() => {
      this.stages.keepSpread(true);
      return this.looks;
    }).pipe(
      finalize(() => this.stages.keepSpread(false)),
      map(() => this.getPipelineStatus()),
      share({ connector: () => new BehaviorSubject(this.getPipelineStatus()), resetOnRefCountZero: true }),
    );
    this.bottleneck$ = this.looks.pipe(
      map(() => findBottleneck(this.stages.all(), this.scheduler.now())),
      distinctUntilChanged((one, other) => one?.stage === other?.stage),
    );
  }

  /** @internal At a stage's subscribe. */
  enrol(stage: ObservedStage): StageLease {
    const instance = this.stages.add(stage, this.scheduler.now());
    if (this.isClosed) return idleLease(this.stages, instance);
    this.begin();
    let isHere = true;
    return {
      delayMs: () => (this.isClosed ? 0 : this.sampler.delayMs(instance)),
      changed: () => {
        // The loop of a stage may have a last word after it has left.
        if (!isHere) return;
        const before = instance.pressure;
        this.sampler.sample(instance, this.scheduler.now());
        this.publish(this.levelAfter(before, instance.pressure));
      },
      assignment: (partitions, groups, threshold) => this.stages.assignment(stage.name, partitions, groups, threshold),
      tell: (event) => {
        this.told(stage.name, event);
      },
      leave: () => {
        isHere = false;
        this.stages.remove(instance);
        if (this.stages.isEmpty) this.pause();
        this.publish();
      },
    };
  }

  /** @internal At a pipeline's subscribe. */
  keepBooks(books: Books): () => void {
    return this.books.add(books);
  }

  /**
   * What became of the records of all pipelines that end in `control(controller)`, those that are over included: `in` is
   * the sum of the five outcomes and `inFlight`, at every instant.
   */
  ledger(): LedgerSum {
    return this.books.count();
  }

  /** The status as of the last samples; asking changes nothing. */
  getPipelineStatus(): PipelineStatus {
    return this.builder.build(this.scheduler.now());
  }

  /** The status of one stage, as it changes. Completes never; a stage that has left is stale. */
  metrics$(stage: string): Observable<StageStatus> {
    return this.looks.pipe(
      map(() => this.getPipelineStatus().stageStatuses[stage]),
      map((status) => status ?? unknownStage(stage, this.stages.names)),
      distinctUntilChanged(),
    );
  }

  /**
   * Takes up to `count` credits of a stage out of circulation, for code outside Rx. Returns how many: 0 means wait.
   *
   * @throws SluiceError CREDIT where the stage is unknown or `count` is no whole number of at least 1
   */
  requestCredits(stage: string, count: number): number {
    requireCount('requestCredits', count);
    let taken = 0;
    for (const instance of this.instances(stage)) taken += instance.stage.lend(count - taken);
    return taken;
  }

  /**
   * Hands credits back. More than were taken is refused and counted in `refusedReplenishments`.
   *
   * @returns whether they were taken back
   */
  replenishCredits(stage: string, count: number): boolean {
    requireCount('replenishCredits', count);
    for (const instance of this.instances(stage)) if (instance.stage.takeBack(count)) return true;
    this.refusedReplenishments++;
    return false;
  }

  /** Whether the stage's own trigger is reached, or its pressure above high. */
  shouldThrottleStage(stage: string): boolean {
    const { stageThresholds } = this.options;
    return this.instances(stage).some(({ stage: observed, reading, pressure }) => {
      const trigger = stageThresholds?.[stage] ?? stageThresholds?.[observed.kind] ?? DEFAULT_TRIGGERS[observed.kind];
      return reading.trigger >= trigger || pressure > this.sampler.thresholds.high;
    });
  }

  /** Milliseconds by which the stage's grants are delayed now. */
  getStageThrottleDelayMs(stage: string): number {
    return Math.max(...this.instances(stage).map((instance) => this.sampler.delayMs(instance)));
  }

  /**
   * Stops observing: nothing is throttled any more, what the log held back is said, and the streams complete. The
   * pipelines go on, and their dead letters and their ledger are kept as before.
   */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.pause();
    this.log.close();
    this.level.complete();
    this.looks.complete();
    this.rejections.complete();
    void this.deadLetters.close();
  }

  /** Closes, and waits until the destination of spilled letters is closed too, where no letter waits for it. */
  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return this.deadLetters.close();
  }

  private instances(stage: string): Instance[] {
    return [...(this.stages.named(stage) ?? unknownStage(stage, this.stages.names))];
  }

  private told(stage: string, event: StageEvent): void {
    if (this.isClosed) return;
    this.log.stageEvent(stage, event);
    if (event.kind !== 'rejected' || !this.rejections.observed) return;
    const { code, value, key, retryAfterMs } = event;
    this.rejections.next({ stage, code, value, key, retryAfterMs, at: this.scheduler.now() });
  }

  private publish(overall = this.stages.highest(this.signals.highest)): void {
    if (this.isClosed) return;
    const { highest } = this.signals;
    const { health: before } = this.builder;
    this.builder.noteLevel(overall);
    const { health } = this.builder;
    if (health !== before) this.log.health(before, health, overall, overall > 0 && overall === highest);
    this.level.next(overall);
  }

  /** One stage went from `before` to `after`: the others need not be asked, unless it was the highest. */
  private levelAfter(before: number, after: number): number {
    const known = this.level.value;
    if (after >= known) return after;
    return before < known ? known : this.stages.highest(this.signals.highest, known);
  }

  private begin(): void {
    if (this.timer !== null) return;
    this.signals.start();
    this.log.resume();
    this.startTimer();
  }

  /** Nobody is there: no timer runs, and nothing is measured. */
  private pause(): void {
    this.timer?.unsubscribe();
    this.timer = null;
    this.signals.stop();
    this.log.pause();
  }

  private startTimer(): void {
    this.timer ??= this.scheduler.schedule(() => {
      this.timer = null;
      this.look();
      if (!this.stages.isEmpty) this.startTimer();
    }, this.intervalMs);
  }

  private look(): void {
    const now = this.scheduler.now();
    this.signals.look();
    for (const instance of this.stages.all()) {
      if (this.builder.isStale(instance, now)) this.log.stale(instance.stage.name, now - instance.readAt);
      this.sampler.sample(instance, now);
      instance.time = instance.clock.read(now);
    }
    if (this.options.rebalance ?? true) for (const assignment of this.stages.allAssignments()) assignment.rebalance();
    this.publish();
    this.noteBottleneck(findBottleneck(this.stages.all(), now)?.stage ?? null);
    this.looks.next(this.looks.value + 1);
  }

  private noteBottleneck(stage: string | null): void {
    if (stage === this.bottleneck) return;
    this.bottleneck = stage;
    this.log.bottleneck(stage);
  }
}

/** A clock that is not the platform's is a test's: what the machine does meanwhile has nothing to do with it. */
function signalsFor({ signals = {} }: ControllerOptions, scheduler: SchedulerLike): PlatformSignals {
  if (signals === 'off') return new PlatformSignals({}, null);
  return new PlatformSignals(signals, scheduler === asyncScheduler ? platformProbe() : null);
}

function requireCount(method: string, count: number): void {
  if (Number.isSafeInteger(count) && count >= 1) return;
  throw new SluiceError('CREDIT', `${method}: ${String(count)} credits; give a whole number of at least 1`);
}

function unknownStage(stage: string, known: readonly string[]): never {
  const list = known.length === 0 ? 'no stage is registered' : `the stages are ${known.join(', ')}`;
  throw new SluiceError('UNKNOWN_STAGE', `there is no stage '${stage}'; ${list}`);
}

/** For stages that are subscribed after the controller was closed. */
function idleLease(stages: ObservedStages, instance: Instance): StageLease {
  const { name } = instance.stage;
  stages.remove(instance);
  return {
    delayMs: () => 0,
    changed: () => undefined,
    tell: () => undefined,
    assignment: (partitions, groups, threshold) => stages.assignment(name, partitions, groups, threshold),
    leave: () => undefined,
  };
}
