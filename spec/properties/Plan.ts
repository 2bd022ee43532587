/** A pipeline with its faults and its end, as plain data, so that a failing one can be printed, shrunk and run again. */
export interface Plan {
  readonly source: SourcePlan;
  readonly steps: readonly StepPlan[];
  readonly sink: SinkPlan;
  readonly leave: LeavePlan | null;
  /** What `control` at the end of the pipeline is given; null: there is none. */
  readonly control: ControlPlan | null;
}

export interface ControlPlan {
  readonly monitoringIntervalMs: number;
  /** `always`: every grant that may wait does, whatever the pressure. */
  readonly throttle: 'continuous' | 'classic' | 'off' | 'always';
  readonly maxSize: number;
  readonly whenFull: 'block' | 'dropOldest' | 'spill';
  readonly maxRedrives: number;
  /** Letters go in again so many times, at moments that the schedule picks: this many at once, or at this rate. */
  readonly redrives: readonly RedrivePlan[];
  /** It is closed after so many scheduled steps. */
  readonly closeAt: number | null;
}

export interface RedrivePlan {
  readonly max: number;
  readonly ratePerSecond: number | null;
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
export type ReadyPlan = GatewayPlan | KeyGenPlan | IngressPlan | EgressPlan | FinalSinkPlan;
export type StageStepPlan = ReadyPlan | StagePlan | ExpandPlan | BatchPlan | BoundaryPlan | PolicyPlan;

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

/** A fault for the record with that place in its source. */
export interface FaultAt<F> {
  readonly n: number;
  readonly fault: F;
}

export interface ReadyOptions {
  readonly capacity: number;
  readonly creditReplenishRate: number | null;
}

export interface GatewayPlan extends ReadyOptions {
  readonly kind: 'gateway';
  readonly maxRequestsPerSecond: number | null;
  readonly burst: number | null;
  readonly maxConcurrentRequests: number | null;
  readonly slowProcessingThresholdMs: number | null;
  readonly earlyThrottleAt: number | null;
}

export type KeyFault = 'throws' | 'isNoKey';

export interface KeyGenPlan extends ReadyOptions {
  readonly kind: 'keyGen';
  readonly numberOfPartitions: number;
  readonly enableLoadAwareness: boolean;
  readonly loadImbalanceThreshold: number;
  readonly faults: readonly FaultAt<KeyFault>[];
}

export type IngressFault = 'isInvalid' | 'validationThrows' | 'preparationThrows';

export interface IngressPlan extends ReadyOptions {
  readonly kind: 'ingressProcessing';
  readonly by: 'schema' | 'validate';
  readonly validates: 'atOnce' | 'later';
  readonly prepares: 'atOnce' | 'later' | 'not';
  readonly concurrency: number;
  readonly bufferTimeoutMs: number | null;
  readonly onBufferTimeout: 'wait' | 'deadLetter';
  readonly faults: readonly FaultAt<IngressFault>[];
}

export type ServiceFault = 'throws' | 'rejects' | 'rejectsOnce' | 'isCondemned' | 'obeys' | 'ignores' | 'isEmpty';

export interface EgressPlan extends ReadyOptions {
  readonly kind: 'asyncEgress';
  readonly answer: 'value' | 'promise' | 'kept' | 'observable' | 'undefined';
  readonly order: 'none' | 'input' | 'perKey';
  readonly onKeyFailure: 'continue' | 'park';
  readonly maxConcurrentOperations: number;
  readonly maxAttempts: number;
  readonly operationTimeoutMs: number | null;
  readonly totalTimeoutMs: number | null;
  readonly baseRetryDelayMs: number;
  readonly jitter: 'full' | 'none';
  readonly seed: number;
  readonly asks: boolean;
  readonly faults: readonly FaultAt<ServiceFault>[];
}

export type DestinationFault =
  'twice' | 'unknown' | 'late' | 'never' | 'refuses' | 'condemns' | 'throws' | 'rejects' | 'refusesOnce';

export interface FinalSinkPlan extends ReadyOptions {
  readonly kind: 'finalSink';
  readonly opens: 'atOnce' | 'later' | 'never' | 'fails';
  readonly closes: 'atOnce' | 'later' | 'fails';
  readonly answers: 'atOnce' | 'later' | 'together';
  readonly requireAcknowledgment: boolean;
  readonly maxPendingAcknowledgments: number;
  readonly acknowledgmentTimeoutMs: number | null;
  readonly attempts: number;
  readonly maxSize: number | null;
  readonly maxWaitMs: number | null;
  readonly faults: readonly FaultAt<DestinationFault>[];
}
