import type { Subscription } from 'rxjs';
import type { PipelineBackPressureController, PipelineStatus } from 'sluice';

/** What one stage shows now. */
export interface StageGauge {
  readonly name: string;
  /** 0 to 1. */
  readonly pressure: number;
  /** Records in its inbox. */
  readonly inbox: number;
  readonly credit: number;
  /** Records that it has passed on in the last second. */
  readonly rate: number;
  /** Milliseconds by which its grants are delayed. */
  readonly throttleMs: number;
  readonly isBottleneck: boolean;
}

/** What one stage showed from the beginning to the end. */
export interface StageHistory {
  readonly name: string;
  readonly meanPressure: number;
  readonly highestPressure: number;
  readonly longestThrottleMs: number;
  /** For how much of the time it was the bottleneck, 0 to 1. */
  readonly bottleneckShare: number;
}

interface Sums {
  pressure: number;
  highestPressure: number;
  longestThrottleMs: number;
  bottleneck: number;
  samples: number;
}

/** How far back the rate looks. */
const RATE_MILLISECONDS = 1000;

/** Reads a controller each time it has looked at its stages, and keeps what the receipt needs. */
export class Gauges {
  /** The stages, from the source to the sink. */
  now: readonly StageGauge[] = [];
  status: PipelineStatus;
  private readonly sums = new Map<string, Sums>();
  private readonly passed: { readonly at: number; readonly status: PipelineStatus }[] = [];
  private readonly subscription: Subscription;

  constructor(
    private readonly controller: PipelineBackPressureController,
    private readonly capacity: number,
  ) {
    this.status = controller.getPipelineStatus();
    this.subscription = controller.status$.subscribe(this.read);
  }

  get history(): readonly StageHistory[] {
    return [...this.sums].map(([name, { pressure, highestPressure, longestThrottleMs, bottleneck, samples }]) => ({
      name,
      meanPressure: pressure / samples,
      highestPressure,
      longestThrottleMs,
      bottleneckShare: bottleneck / samples,
    }));
  }

  close(): void {
    this.subscription.unsubscribe();
  }

  private readonly read = (status: PipelineStatus): void => {
    const at = performance.now();
    this.status = status;
    this.passed.push({ at, status });
    while ((this.passed[1]?.at ?? at) <= at - RATE_MILLISECONDS) this.passed.shift();
    const gauges = Object.entries(status.stageStatuses).map(([name, stage]) => ({
      name,
      pressure: stage.backPressureLevel,
      inbox: Math.round(stage.queueUtilization * this.capacity),
      credit: stage.availableCredits,
      rate: this.rateOf(name, at),
      throttleMs: this.controller.getStageThrottleDelayMs(name),
      isBottleneck: status.bottleneck?.stage === name,
    }));
    for (const gauge of gauges) this.add(gauge);
    // A stage that has completed leaves the controller, but not the picture.
    const gone = this.now.filter(({ name }) => !(name in status.stageStatuses)).map(({ name }) => atRest(name));
    this.now = [...gone, ...gauges];
  };

  private rateOf(name: string, at: number): number {
    const [oldest] = this.passed;
    const since = oldest?.status.stageStatuses[name];
    const passed = (this.status.stageStatuses[name]?.passedOn ?? 0) - (since?.passedOn ?? 0);
    return oldest === undefined || at <= oldest.at ? 0 : (passed * 1000) / (at - oldest.at);
  }

  private add({ name, pressure, throttleMs, isBottleneck }: StageGauge): void {
    const sums = this.sums.get(name) ?? emptySums();
    this.sums.set(name, sums);
    sums.samples++;
    sums.pressure += pressure;
    sums.highestPressure = Math.max(sums.highestPressure, pressure);
    sums.longestThrottleMs = Math.max(sums.longestThrottleMs, throttleMs);
    if (isBottleneck) sums.bottleneck++;
  }
}

function atRest(name: string): StageGauge {
  return { name, pressure: 0, inbox: 0, credit: 0, rate: 0, throttleMs: 0, isBottleneck: false };
}

function emptySums(): Sums {
  return { pressure: 0, highestPressure: 0, longestThrottleMs: 0, bottleneck: 0, samples: 0 };
}
