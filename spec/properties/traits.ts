import type { Plan, StageStepPlan, StepPlan } from './Plan.js';

/** What follows from a plan before it runs. */
export interface Traits {
  /** Operators in the links keep records back, so that another record's context carries them. */
  readonly holdsBack: boolean;
  /** Records are bound together: each has the worst outcome of all. */
  readonly binds: boolean;
  /** Some link cuts off what lies above it, or loses by design. */
  readonly cutsOff: boolean;
  /** RxJS flattens flows in a link. */
  readonly flattens: boolean;
  /** The places of all stages together, or null where a link may make many records of one. */
  readonly places: number | null;
  /** The index of the last stage; -1: there is none. */
  readonly lastStage: number;
}

export function traitsOf({ source, steps }: Plan): Traits {
  const all: readonly StepPlan[] = source.kind === 'push' ? [source.policy, ...steps] : steps;
  const has = (...kinds: readonly StepPlan['kind'][]) => all.some(({ kind }) => kinds.includes(kind));
  const expands = has('mergeArray', 'bufferCount', 'batch', 'expandStage', 'startWith', 'retry', 'repeat');
  const flows = has('concatMap', 'mergeMap', 'switchMap', 'mergeWith', 'concatWith');
  const places = all.reduce((sum, step) => sum + (isStage(step) ? capacityOf(step) : 0), 0);
  // A push that finds no place is a record until it is turned away.
  const turnedAway = source.kind === 'push' ? 1 : 0;
  return {
    holdsBack: has('bufferCount', 'concatMap', 'mergeMap', 'switchMap'),
    binds: has('batch'),
    cutsOff: has('take', 'takeUntil', 'switchMap', 'retry'),
    flattens: flows || has('startWith', 'mergeArray', 'bufferCount', 'batch'),
    places: expands || flows || places === 0 ? null : places + turnedAway,
    lastStage: all.map(isStage).lastIndexOf(true),
  };
}

export function isStage(step: StepPlan): step is StageStepPlan {
  return STAGES.has(step.kind);
}

const STAGES: ReadonlySet<StepPlan['kind']> = new Set([
  ...(['stage', 'expandStage', 'batch', 'boundary', 'policy'] as const),
  ...(['gateway', 'keyGen', 'ingressProcessing', 'asyncEgress', 'finalSink'] as const),
]);

export function capacityOf(step: StageStepPlan): number {
  switch (step.kind) {
    case 'batch':
      return Math.max(step.capacity, step.maxSize);
    case 'finalSink':
      return Math.max(step.capacity, step.maxSize ?? 1);
    case 'boundary':
      return step.inFlight;
    case 'policy':
      return step.policy === 'buffer' ? step.capacity : 1;
    default:
      return step.capacity;
  }
}

/** The most records that one delivery of the stage above may become at the stage below, for each link. */
export function growthOf(step: StepPlan): number {
  switch (step.kind) {
    case 'bufferCount':
    case 'mergeArray':
      return step.size;
    case 'batch':
      return step.maxSize;
    default:
      return 1;
  }
}
