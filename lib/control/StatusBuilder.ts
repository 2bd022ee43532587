import { findBottleneck } from './bottleneck.js';
import { healthLabel, nextHealth, type Health } from './health.js';
import type { Instance, ObservedStages } from './ObservedStages.js';
import type { PlatformSignals } from './PlatformSignals.js';
import type { PartitionStatus, PipelineStatus, StageStatus } from './status.js';

/** Makes the status of all stages from their last samples. */
export class StatusBuilder {
  private band: Health = 'healthy';

  constructor(
    private readonly stages: ObservedStages,
    private readonly signals: PlatformSignals,
    private readonly staleAfterMs: number,
  ) {}

  get health(): Health {
    return this.band;
  }

  /** After a sample: the band of the overall pressure, which depends on the band before. */
  noteLevel(overall: number): void {
    this.band = nextHealth(this.band, overall);
  }

  isStale({ readAt }: Instance, now: number): boolean {
    return now - readAt > this.staleAfterMs;
  }

  build(now: number): PipelineStatus {
    const instances = this.stages.all();
    const statuses: Record<string, StageStatus> = Object.create(null) as Record<string, StageStatus>;
    for (const name of new Set(instances.map(({ stage }) => stage.name))) {
      statuses[name] = this.ofName([...(this.stages.named(name) ?? [])], now);
    }
    const levels = Object.values(statuses).map(({ backPressureLevel }) => backPressureLevel);
    const overall = Math.max(this.signals.highest, ...levels);
    return {
      overallPressureLevel: overall,
      meanPressureLevel: levels.length === 0 ? 0 : levels.reduce((sum, level) => sum + level, 0) / levels.length,
      signals: this.signals.reading,
      health: this.band,
      healthLabel: healthLabel(this.band),
      bottleneck: findBottleneck(instances, now),
      partitions: this.partitions(),
      partitionMoves: this.stages.allAssignments().reduce((sum, { moves }) => sum + moves, 0),
      stageStatuses: statuses,
    };
  }

  /** Several subscriptions of one name: sums where they add up, else the most pressed one's. */
  private ofName(instances: readonly Instance[], now: number): StageStatus {
    const worst = instances.reduce((most, other) => (other.pressure > most.pressure ? other : most));
    const { reading, stage, time } = worst;
    return {
      kind: stage.kind,
      instances: instances.length,
      below: namesBelow(instances),
      capacity: instances.reduce((sum, instance) => sum + instance.reading.capacity, 0),
      backPressureLevel: worst.pressure,
      queueUtilization: reading.buffered / reading.capacity,
      processingLatencyMs: reading.latencyMs,
      latency: stage.latency,
      errorRate: reading.errorShare,
      inFlight: instances.reduce((sum, instance) => sum + instance.reading.held, 0),
      availableCredits: instances.reduce((sum, instance) => sum + instance.reading.availableCredits, 0),
      passedOn: instances.reduce((sum, instance) => sum + instance.reading.passedOn, 0),
      trigger: reading.trigger,
      idleMsPerSecond: time.idle,
      busyMsPerSecond: time.busy,
      backPressuredMsPerSecond: time.backPressured,
      activity: reading.activity,
      stale: this.isStale(worst, now),
    };
  }

  private partitions(): PartitionStatus[] {
    return this.stages.allAssignments().flatMap((assignment) =>
      Array.from({ length: assignment.partitions }, (_, partition) => ({
        partition,
        inFlight: assignment.inFlightOf(partition),
      })),
    );
  }
}

function namesBelow(instances: readonly Instance[]): string[] {
  return [...new Set(instances.flatMap(({ stage: { below } }) => below))];
}
