import type { Health, HealthLabel } from './health.js';
import type { LatencyQuantiles } from './LatencySketch.js';
import type { PlatformReading } from './PlatformSignals.js';
import type { StageActivity, StageKind } from './observedStage.js';

/** One stage in the status; several subscriptions of one name are one stage, the most pressed of them in front. */
export interface StageStatus {
  readonly kind: StageKind;
  readonly instances: number;
  /** Names of the stages directly below it. */
  readonly below: readonly string[];
  /** Records that it may hold, of all its instances together. */
  readonly capacity: number;
  /** Pressure 0..1. */
  readonly backPressureLevel: number;
  /** Fill of the inbox, 0..1, above 1 during an overdraft; of a sink with what waits for acknowledgment. */
  readonly queueUtilization: number;
  readonly processingLatencyMs: number;
  /**
   * What half, 95 % and 99 % of its work stayed within, in milliseconds, at most 4 % off; older work weighs less, by half
   * in five seconds. Kept only while `status$` is observed; null otherwise, and where no work was measured lately.
   */
  readonly latency: LatencyQuantiles | null;
  /** Failed share of the work, 0..1. */
  readonly errorRate: number;
  /** Records in the inbox or in work. */
  readonly inFlight: number;
  readonly availableCredits: number;
  /** Records that it has passed on since it was subscribed: two of these and the time between them are its rate. */
  readonly passedOn: number;
  /** What the stage's own trigger looks at, 0..1. */
  readonly trigger: number;
  /** Milliseconds of the last second; the three sum to 1000. Counted only while `status$` is observed. */
  readonly idleMsPerSecond: number;
  readonly busyMsPerSecond: number;
  readonly backPressuredMsPerSecond: number;
  readonly activity: StageActivity;
  /** The last sample is older than three monitoring intervals: unknown, not healthy. */
  readonly stale: boolean;
}

/** Who holds the others up. */
export interface Bottleneck {
  readonly stage: string;
  /** Milliseconds since it began to. */
  readonly forMs: number;
}

export interface PartitionStatus {
  readonly partition: number;
  readonly inFlight: number;
}

export interface PipelineStatus {
  /** The largest pressure of any stage, or of the platform: a mean would hide a dead one. */
  readonly overallPressureLevel: number;
  /** Of the stages alone. */
  readonly meanPressureLevel: number;
  /** Network, memory and event loop, each 0..1; 0 where it is not known. */
  readonly signals: PlatformReading;
  readonly health: Health;
  readonly healthLabel: HealthLabel;
  readonly bottleneck: Bottleneck | null;
  readonly partitions: readonly PartitionStatus[];
  /** Key groups that have moved to another partition so far. */
  readonly partitionMoves: number;
  readonly stageStatuses: Readonly<Record<string, StageStatus>>;
}
