/** A pipeline with its faults and its end, as plain data, so that a failing one can be printed, shrunk and run again. */
export interface Plan {
  readonly source: SourcePlan;
  readonly steps: readonly StepPlan[];
  readonly sink: SinkPlan;
  readonly leave: LeavePlan | null;
}

export type SinkPlan =
  | { readonly kind: 'ledger' }
  | { readonly kind: 'nobody' }
  | { readonly kind: 'credit'; readonly grants: readonly number[] }
  | { readonly kind: 'loop'; readonly prefetch: number };

/** Unsubscribes after so many scheduled steps, or inside the callback that is the so-many-th event. */
export type LeavePlan = { readonly when: 'step' | 'event'; readonly at: number };

export type SourcePlan = PullPlan | PushPlan;

export interface PullPlan {
  readonly kind: 'iterable' | 'asyncIterable' | 'array';
  readonly count: number;
  /** The pull that fails, if any. */
  readonly failAt: number | null;
  readonly returnThrows: boolean;
}

export interface PushPlan {
  readonly kind: 'push';
  readonly count: number;
  readonly failAt: number | null;
  /** How many are pushed at once. */
  readonly burst: number;
  readonly policy: PolicyPlan;
}

export interface PolicyPlan {
  readonly kind: 'policy';
  readonly policy: 'buffer' | 'drop' | 'latest';
  readonly capacity: number;
  readonly overflow: 'error' | 'dropOldest' | 'dropNewest';
}

export type StepPlan = StageStepPlan | LinkPlan;
export type StageStepPlan = StagePlan | ExpandPlan | BatchPlan | BoundaryPlan | PolicyPlan;

export type Answer = 'value' | 'promise' | 'kept' | 'observable' | 'mixed';
export type Fault = 'throws' | 'rejects' | 'rejectsUndefined' | 'never' | 'empty' | 'selectorThrows' | 'rejectsOnce';

export interface StagePlan {
  readonly kind: 'stage';
  /** How the project answers: `kept` is a promise that is settled already. */
  readonly answer: Answer;
  readonly order: 'input' | 'none' | 'perKey';
  readonly concurrency: number;
  readonly capacity: number;
  readonly onFailure: 'error' | 'deadLetter';
  /** Whether the project looks at `{ record, signal }`. */
  readonly asks: boolean;
  readonly faults: readonly { readonly n: number; readonly fault: Fault }[];
}

export interface ExpandPlan {
  readonly kind: 'expandStage';
  readonly inner: 'array' | 'iterable' | 'asyncIterable' | 'observable';
  readonly size: number;
  readonly concurrency: number;
  readonly capacity: number;
  readonly onFailure: 'error' | 'deadLetter';
  /** Throws at once, or fails after the first child. */
  readonly faults: readonly { readonly n: number; readonly fault: 'throws' | 'innerFails' }[];
}

export interface BatchPlan {
  readonly kind: 'batch';
  readonly maxSize: number;
  readonly maxWaitMs: number | null;
  readonly capacity: number;
}

export interface BoundaryPlan {
  readonly kind: 'boundary';
  readonly operator: 'delay' | 'observeOn';
  readonly ms: number;
  readonly inFlight: number;
}

export type LinkPlan =
  | { readonly kind: 'map' | 'withRecord' | 'inline' | 'startWith' }
  | { readonly kind: 'filter' | 'bufferCount' | 'mergeArray' | 'take' | 'repeat' | 'retry'; readonly size: number }
  | { readonly kind: 'takeUntil'; readonly ms: number }
  | { readonly kind: 'mergeWith' | 'concatWith'; readonly size: number; readonly inner: InnerKind }
  | {
      readonly kind: 'concatMap' | 'mergeMap' | 'switchMap';
      readonly size: number;
      readonly inner: InnerKind;
      readonly concurrency: number;
    };

export type InnerKind = 'iterable' | 'asyncIterable';
