import type { Health } from '../../control/health.js';
import type { LatencyQuantiles } from '../../control/LatencySketch.js';
import type { StageActivity, StageKind } from '../../control/observedStage.js';
import type { PlatformReading } from '../../control/PlatformSignals.js';
import type { Bottleneck } from '../../control/status.js';
import type { LedgerSum } from '../../control/PipelineBooks.js';

/** One stage in a frame. */
export interface StageFrame {
  readonly name: string;
  readonly kind: StageKind;
  readonly instances: number;
  readonly below: readonly string[];
  /** Pressure, 0..1. */
  readonly pressure: number;
  /** Fill of the inbox, 0..1 and above during an overdraft. */
  readonly fill: number;
  readonly inFlight: number;
  readonly capacity: number;
  readonly credit: number;
  readonly latency: LatencyQuantiles | null;
  readonly errorRate: number;
  readonly passedOn: number;
  /** Milliseconds by which grants are delayed. */
  readonly throttleMs: number;
  /** Milliseconds of the last second; the three sum to 1000. */
  readonly idle: number;
  readonly busy: number;
  readonly backPressured: number;
  readonly activity: StageActivity;
  readonly stale: boolean;
}

/** All that a page draws at one moment. A frame needs no other one, so that any may be left out. */
export interface Frame {
  /** Milliseconds of the dashboard's scheduler. */
  readonly at: number;
  readonly overall: number;
  readonly mean: number;
  readonly signals: PlatformReading;
  readonly health: Health;
  readonly bottleneck: Bottleneck | null;
  /** From the source to the sink. */
  readonly stages: readonly StageFrame[];
  /** Records in flight in each partition. */
  readonly partitions: readonly number[];
  readonly partitionMoves: number;
  readonly ledger: LedgerSum;
}

/** Letters of one stage with one code that are kept now. */
export interface LetterGroup {
  readonly stage: string;
  readonly code: string;
  readonly count: number;
}

/** One dead letter, as text. */
export interface LetterView {
  /** The same for the same letter, as long as the dashboard runs. */
  readonly id: number;
  readonly stage: string;
  readonly code: string;
  readonly attempts: number;
  readonly redrives: number;
  readonly reason: string;
  readonly value: string;
  /** Empty where the record has none. */
  readonly key: string;
  readonly lastAt: number;
}

/** The queue of dead letters at one moment. */
export interface LettersFrame {
  readonly size: number;
  readonly maxSize: number;
  readonly dropped: number;
  readonly spilled: number;
  readonly redriven: number;
  readonly groups: readonly LetterGroup[];
  /** The newest first. */
  readonly newest: readonly LetterView[];
}

/** Which letters go in again: all, or those of a stage, a code, or both. */
export interface RedriveRequest {
  readonly stage?: string | undefined;
  readonly code?: string | undefined;
}

/** What became of a redrive. */
export type RedriveAnswer = { readonly redriven: number } | { readonly problem: string };
