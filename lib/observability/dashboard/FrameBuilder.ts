import type { PipelineBackPressureController } from '../../control/PipelineBackPressureController.js';
import type { StageStatus } from '../../control/status.js';
import type { DeadLetter } from '../../records/DeadLetter.js';
import type { Frame, LettersFrame, LetterView, StageFrame } from './frame.js';
import { letterView } from './letterView.js';

/** So many letters are shown; all are counted. */
const SHOWN_LETTERS = 50;

/** What of a controller a dashboard reads. */
export type ReadController = Pick<
  PipelineBackPressureController,
  'status$' | 'getPipelineStatus' | 'getStageThrottleDelayMs' | 'ledger' | 'deadLetters'
>;

/** Makes frames of what a controller publishes. */
export class FrameBuilder {
  /** A letter is written out once, however often it is shown. */
  private readonly views = new WeakMap<DeadLetter, LetterView>();
  private ids = 0;

  constructor(private readonly controller: ReadController) {}

  frame(at: number): Frame {
    const status = this.controller.getPipelineStatus();
    return {
      at,
      overall: status.overallPressureLevel,
      mean: status.meanPressureLevel,
      signals: status.signals,
      health: status.health,
      bottleneck: status.bottleneck,
      stages: Object.entries(status.stageStatuses).map(([name, stage]) => this.stage(name, stage)),
      partitions: status.partitions.map(({ inFlight }) => inFlight),
      partitionMoves: status.partitionMoves,
      ledger: this.controller.ledger(),
    };
  }

  letters(): LettersFrame {
    const { deadLetters } = this.controller;
    const { size, maxSize, dropped, spilled, redriven } = deadLetters;
    const groups = Object.entries(deadLetters.summary()).flatMap(([stage, codes]) =>
      Object.entries(codes).map(([code, count]) => ({ stage, code, count })),
    );
    groups.sort((one, other) => other.count - one.count);
    const newest = deadLetters.newest(SHOWN_LETTERS).map((letter) => this.view(letter));
    return { size, maxSize, dropped, spilled, redriven, groups, newest };
  }

  private stage(name: string, status: StageStatus): StageFrame {
    const { kind, instances, below, inFlight, capacity, latency, errorRate, passedOn, activity, stale } = status;
    return {
      ...{ name, kind, instances, below, inFlight, capacity, latency, errorRate, passedOn, activity, stale },
      pressure: status.backPressureLevel,
      fill: status.queueUtilization,
      credit: status.availableCredits,
      throttleMs: this.controller.getStageThrottleDelayMs(name),
      idle: status.idleMsPerSecond,
      busy: status.busyMsPerSecond,
      backPressured: status.backPressuredMsPerSecond,
    };
  }

  private view(letter: DeadLetter): LetterView {
    let view = this.views.get(letter);
    if (view === undefined) {
      view = letterView(letter, ++this.ids);
      this.views.set(letter, view);
    }
    return view;
  }
}
