import {
  asyncScheduler,
  BehaviorSubject,
  distinctUntilChanged,
  map,
  type Observable,
  share,
  type SchedulerLike,
  type Subscription,
} from 'rxjs';
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
import { DEFAULT_FORMULAS, signalsOf, stagePressure, type PressureThresholds } from './pressure.js';
import { StatusBuilder } from './StatusBuilder.js';
import type { Bottleneck, PipelineStatus, StageStatus } from './status.js';
import { classicThrottle, continuousThrottle, noThrottle, type ThrottleCurve } from './throttle.js';

/** The most that the continuous throttle delays a grant. */
const MOST_DELAY_MS = 100;

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
  /** The letters of all its pipelines. */
  readonly deadLetters: DeadLetterQueue;
  private readonly stages = new ObservedStages();
  private readonly scheduler: SchedulerLike;
  private readonly intervalMs: number;
  private readonly thresholds: PressureThresholds;
  private readonly curve: ThrottleCurve;
  private readonly builder: StatusBuilder;
  private readonly level = new BehaviorSubject(0);
  private readonly looks = new BehaviorSubject<number>(0);
  private timer: Subscription | null = null;
  private isClosed = false;
  /** How often more credit was handed back than had been taken. */
  refusedReplenishments = 0;

  constructor(private readonly options: ControllerOptions = {}) {
    checkOptions('PipelineBackPressureController', CONTROLLER_SCHEMA, CONTROLLER_OPTIONS, options);
    this.scheduler = options.scheduler ?? asyncScheduler;
    this.deadLetters = new DeadLetterQueue({ scheduler: this.scheduler, ...options.deadLetters });
    this.intervalMs = options.monitoringIntervalMs ?? 2000;
    this.thresholds = thresholdsOf(options);
    this.curve = curveOf(options, this.thresholds);
    this.builder = new StatusBuilder(this.stages, this.intervalMs * STALE_AFTER_INTERVALS);
    this.pressure$ = this.level.pipe(distinctUntilChanged());
    this.status$ = this.looks.pipe(
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
    this.startTimer();
    return {
      delayMs: () => (this.isClosed ? 0 : this.curve(instance.pressure)),
      changed: () => {
        this.sample(instance);
        this.publish();
      },
      assignment: (partitions, groups, threshold) => this.stages.assignment(stage.name, partitions, groups, threshold),
      leave: () => {
        this.stages.remove(instance);
        if (this.stages.names.length === 0) this.stopTimer();
        this.publish();
      },
    };
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
      return reading.trigger >= trigger || pressure > this.thresholds.high;
    });
  }

  /** Milliseconds by which the stage's grants are delayed now. */
  getStageThrottleDelayMs(stage: string): number {
    return Math.max(...this.instances(stage).map(({ pressure }) => this.curve(pressure)));
  }

  /** Stops observing: nothing is throttled any more, and the streams complete. The pipelines go on. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.stopTimer();
    this.level.complete();
    this.looks.complete();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return Promise.resolve();
  }

  private instances(stage: string): Instance[] {
    return [...(this.stages.named(stage) ?? unknownStage(stage, this.stages.names))];
  }

  private sample(instance: Instance): void {
    const now = this.scheduler.now();
    const reading = instance.stage.read();
    instance.reading = reading;
    instance.readAt = now;
    const { kind, name } = instance.stage;
    const { latencyObjectivesMs: objectives, weights } = this.options;
    const objective = objectives?.[name] ?? objectives?.[kind] ?? objectives?.['default'] ?? 1000;
    const formula = weights?.[kind] ?? DEFAULT_FORMULAS[kind];
    instance.pressure = stagePressure(signalsOf(reading, objective), formula, this.thresholds);
    instance.clock.enter(reading.activity, now);
    const withholds = reading.availableCredits <= 0 && reading.activity !== 'backPressured';
    if (!withholds) instance.withholdsSince = null;
    else instance.withholdsSince ??= now;
  }

  private publish(): void {
    if (this.isClosed) return;
    const overall = this.stages.all().reduce((most, { pressure }) => Math.max(most, pressure), 0);
    this.builder.noteLevel(overall);
    this.level.next(overall);
  }

  private startTimer(): void {
    this.timer ??= this.scheduler.schedule(() => {
      this.timer = null;
      this.look();
      if (this.stages.names.length > 0) this.startTimer();
    }, this.intervalMs);
  }

  private stopTimer(): void {
    this.timer?.unsubscribe();
    this.timer = null;
  }

  private look(): void {
    const now = this.scheduler.now();
    for (const instance of this.stages.all()) {
      this.sample(instance);
      instance.time = instance.clock.read(now);
    }
    if (this.options.rebalance ?? true) for (const assignment of this.stages.allAssignments()) assignment.rebalance();
    this.publish();
    this.looks.next(this.looks.value + 1);
  }
}

function thresholdsOf(options: ControllerOptions): PressureThresholds {
  const { moderatePressureThreshold: moderate = 0.6, highPressureThreshold: high = 0.8 } = options;
  const { criticalPressureThreshold: critical = 0.9 } = options;
  if (moderate <= high && high <= critical) return { moderate, high, critical };
  throw new SluiceError(
    'OPTION',
    `PipelineBackPressureController: the thresholds are ${String(moderate)}, ${String(high)} and ${String(critical)}; ` +
      `give moderate <= high <= critical`,
  );
}

function curveOf({ throttle = 'continuous' }: ControllerOptions, thresholds: PressureThresholds): ThrottleCurve {
  if (typeof throttle === 'function') return throttle;
  if (throttle === 'off') return noThrottle;
  if (throttle === 'classic') return classicThrottle(thresholds.moderate, thresholds.high, thresholds.critical);
  return continuousThrottle(thresholds.moderate, MOST_DELAY_MS);
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
    assignment: (partitions, groups, threshold) => stages.assignment(name, partitions, groups, threshold),
    leave: () => undefined,
  };
}
