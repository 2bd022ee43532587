import type { DeadLetter } from '../records/DeadLetter.js';
import type { Assignment } from './Assignment.js';
import type { LatencyQuantiles } from './LatencySketch.js';
import type { Books } from './PipelineBooks.js';
import type { StageEvent } from './stageEvent.js';

/** The five ready stages have weights of their own; every other stage is `other`. */
export type StageKind = 'gateway' | 'keyGen' | 'ingressProcessing' | 'asyncEgress' | 'finalSink' | 'other';

/** What a stage is doing: nothing · its work · waiting for credit below. */
export type StageActivity = 'idle' | 'busy' | 'backPressured';

/** What a stage can tell about itself at any moment. */
export interface StageReading {
  readonly capacity: number;
  /** Records in the inbox; of a sink, those that wait for their acknowledgment as well. */
  readonly buffered: number;
  /** Records in the inbox or in work. */
  readonly held: number;
  readonly availableCredits: number;
  /** The most records that the pipeline's limits let arrive here; the capacity where there is no limit. */
  readonly reachable: number;
  /** Mean milliseconds of the stage's own work; 0 without any. */
  readonly latencyMs: number;
  /** Milliseconds for which the stage has had records and let go of none, though the stage below could take them. */
  readonly stalledMs: number;
  /** Failed share of the stage's own work, 0..1. */
  readonly errorShare: number;
  /** What the stage's own trigger looks at, 0..1: its inbox, its concurrency or its pending acknowledgements. */
  readonly trigger: number;
  readonly activity: StageActivity;
  /** Records that failed or were dropped here. */
  readonly settledHere: number;
  /** Records that were passed on. */
  readonly passedOn: number;
}

/** A stage, as a controller sees it. */
export interface ObservedStage {
  readonly name: string;
  readonly kind: StageKind;
  /** How many stages lie below it. */
  readonly depth: number;
  /** The names of the next stages below: several where it fans out. */
  readonly below: readonly string[];
  /** How the latencies of its work are spread; null where none were measured lately, and while it does not keep it. */
  readonly latency: LatencyQuantiles | null;
  read(): StageReading;
  /** Whether it keeps how its latencies are spread. Not until it is told to. */
  keepSpread(isWanted: boolean): void;
  /** Takes up to `count` credits out of circulation, for code outside Rx. Returns how many. */
  lend(count: number): number;
  /** Takes credits back. False: so many were never lent. */
  takeBack(count: number): boolean;
}

/** What a stage needs of a queue of dead letters. */
export interface LetterBox {
  offer(letter: DeadLetter, reentry: (letter: DeadLetter, giveBack: () => void) => boolean, again: () => void): boolean;
  /** The letter waits behind another one of the same stage, and will be offered next. */
  announce?(letter: DeadLetter, again: () => void): void;
  forget(again: () => void): void;
}

/** A controller, as a stage sees it. */
export interface StageObserver {
  /** At subscribe. */
  enrol(stage: ObservedStage): StageLease;
  /** At the subscribe of a pipeline: the books that are kept of it. Returns what to call when it is over. */
  keepBooks(books: Books): () => void;
  /** Where the letters of its pipelines are kept. */
  readonly deadLetters: LetterBox;
}

/** What a stage gets from a controller, for one subscription. */
export interface StageLease {
  /** Milliseconds by which grants are delayed now. */
  delayMs(): number;
  /** Something worth a look has changed. */
  changed(): void;
  /** Something has happened that cannot be read afterwards. */
  tell(event: StageEvent): void;
  /**
   * The assignment of key groups that this stage shares with those of its name. `threshold`: the difference in records
   * from which a group moves.
   */
  assignment(partitions: number, groups: number, threshold: number): Assignment;
  /** At unsubscribe. */
  leave(): void;
}
