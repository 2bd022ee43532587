import fc, { type Arbitrary } from 'fast-check';
import type {
  Answer,
  Fault,
  LeavePlan,
  LinkPlan,
  Plan,
  PolicyPlan,
  SinkPlan,
  SourcePlan,
  StageStepPlan,
  StepPlan,
} from './Plan.js';
import { classicSteps, control, readyStep } from './readyArbitraries.js';

const small = fc.integer({ min: 1, max: 3 });
const capacity = fc.constantFrom(1, 1, 2, 3, 4, 8);
const concurrency = fc.constantFrom(1, 2, 4, 4);
const recordNumber = fc.integer({ min: 0, max: 7 });
const count = fc.integer({ min: 0, max: 14 });
const failAt = fc.option(fc.integer({ min: 0, max: 14 }), { freq: 6 });
const inner = fc.constantFrom('iterable' as const, 'asyncIterable' as const);
const onFailure = fc.constantFrom('deadLetter' as const, 'deadLetter' as const, 'error' as const);

const policy: Arbitrary<PolicyPlan> = fc.record({
  kind: fc.constant('policy'),
  policy: fc.constantFrom('buffer', 'drop', 'latest'),
  capacity,
  overflow: fc.constantFrom('dropOldest', 'dropNewest', 'error'),
});

const source: Arbitrary<SourcePlan> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('iterable' as const, 'asyncIterable' as const, 'array' as const),
      count,
      failAt,
      returnThrows: fc.integer({ min: 0, max: 9 }).map((n) => n === 9),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('push' as const), count, failAt, burst: small, policy }),
  },
);

const fault: Arbitrary<Fault> = fc.constantFrom(
  'throws',
  'rejects',
  'rejectsUndefined',
  'empty',
  'selectorThrows',
  'rejectsOnce',
  'rejectsOnce',
  'rejectsOnce',
  'never',
);
const answer: Arbitrary<Answer> = fc.constantFrom(
  'value',
  'promise',
  'promise',
  'promise',
  'kept',
  'observable',
  'mixed',
);

/** Most stages have no faults, or few runs would come to their end. */
const faultsOf = <F>(one: Arbitrary<F>) =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 3, arbitrary: fc.array(fc.record({ n: recordNumber, fault: one }), { minLength: 1, maxLength: 3 }) },
  );

const stageStep: Arbitrary<StageStepPlan> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('stage' as const),
      answer,
      order: fc.constantFrom('input' as const, 'input' as const, 'none' as const, 'perKey' as const),
      concurrency,
      capacity,
      onFailure,
      asks: fc.boolean(),
      faults: faultsOf(fault),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('expandStage' as const),
      inner: fc.constantFrom('iterable' as const, 'asyncIterable' as const, 'observable' as const),
      size: small,
      concurrency,
      capacity,
      onFailure,
      faults: faultsOf(fc.constantFrom('throws' as const, 'innerFails' as const)),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('batch' as const),
      maxSize: small,
      maxWaitMs: fc.option(fc.constantFrom(0, 3, 10)),
      capacity,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('boundary' as const),
      operator: fc.constantFrom('delay' as const, 'observeOn' as const),
      ms: fc.constantFrom(0, 2, 7),
      inFlight: capacity,
    }),
  },
  { weight: 1, arbitrary: policy },
);

const link: Arbitrary<LinkPlan> = fc.oneof(
  fc.record({ kind: fc.constantFrom('map' as const, 'withRecord' as const, 'inline' as const, 'startWith' as const) }),
  fc.record({
    kind: fc.constantFrom('filter' as const, 'bufferCount' as const, 'mergeArray' as const, 'repeat' as const),
    size: fc.integer({ min: 2, max: 3 }),
  }),
  fc.record({ kind: fc.constant('take' as const), size: fc.integer({ min: 1, max: 6 }) }),
  fc.record({ kind: fc.constant('retry' as const), size: fc.integer({ min: 1, max: 2 }) }),
  fc.record({ kind: fc.constant('takeUntil' as const), ms: fc.constantFrom(1, 5, 20) }),
  fc.record({ kind: fc.constantFrom('mergeWith' as const, 'concatWith' as const), size: small, inner }),
  fc.record({
    kind: fc.constantFrom('concatMap' as const, 'mergeMap' as const, 'switchMap' as const),
    size: small,
    inner,
    concurrency: fc.constantFrom(1, 2, 100),
  }),
);

const step: Arbitrary<StepPlan> = fc.oneof({ weight: 3, arbitrary: stageStep }, { weight: 2, arbitrary: link });

const sink: Arbitrary<SinkPlan> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ kind: 'ledger' as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'nobody' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('credit' as const),
      grants: fc.array(small, { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('loop' as const), prefetch: small }) },
);

const leave: Arbitrary<LeavePlan | null> = fc.option(
  fc.oneof(
    fc.record({ when: fc.constant('step' as const), at: fc.integer({ min: 0, max: 25 }) }),
    fc.record({ when: fc.constant('event' as const), at: fc.integer({ min: 1, max: 250 }) }),
  ),
  { freq: 1 },
);

const noControl = fc.constant(null);

/** Random pipelines with random faults, sinks and ends. */
export const plans: Arbitrary<Plan> = fc.record({
  source,
  steps: fc.array(step, { minLength: 1, maxLength: 5 }),
  sink,
  leave,
  control: noControl,
});

/** Some link, or a stage of another kind, before each of the five. */
const classic: Arbitrary<readonly StepPlan[]> = fc
  .tuple(classicSteps, fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), step), { maxLength: 2 }))
  .map(([steps, others]) =>
    others.reduce<readonly StepPlan[]>((all, [at, other]) => [...all.slice(0, at), other, ...all.slice(at)], steps),
  );

const mixed = fc.array(fc.oneof({ weight: 3, arbitrary: readyStep }, { weight: 1, arbitrary: step }), {
  minLength: 1,
  maxLength: 5,
});

/** The same with the five ready stages, a controller, and letters that go in again. */
export const readyPlans: Arbitrary<Plan> = fc.record({
  source,
  steps: fc.oneof({ weight: 2, arbitrary: mixed }, { weight: 1, arbitrary: classic }),
  sink,
  leave,
  control: fc.oneof({ weight: 1, arbitrary: noControl }, { weight: 3, arbitrary: control }),
});
