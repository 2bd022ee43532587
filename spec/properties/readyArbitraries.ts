import fc, { type Arbitrary } from 'fast-check';
import type {
  ControlPlan,
  EgressPlan,
  FinalSinkPlan,
  GatewayPlan,
  IngressPlan,
  KeyGenPlan,
  ReadyPlan,
} from './Plan.js';

const capacity = fc.constantFrom(1, 1, 2, 3, 4, 8);
const few = fc.integer({ min: 1, max: 3 });
const seldom = <T>(one: Arbitrary<T>): Arbitrary<T | null> =>
  fc.oneof({ weight: 2, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: one });

const ready = {
  capacity,
  creditReplenishRate: fc.constantFrom(null, null, null, null, 100, 400, 3000),
};

const faults = <F extends string>(...kinds: readonly F[]) =>
  fc.oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    {
      weight: 3,
      arbitrary: fc.array(fc.record({ n: fc.integer({ min: 0, max: 7 }), fault: fc.constantFrom(...kinds) }), {
        minLength: 1,
        maxLength: 3,
      }),
    },
  );

const gateway: Arbitrary<GatewayPlan> = fc.record({
  kind: fc.constant('gateway'),
  ...ready,
  maxRequestsPerSecond: seldom(fc.constantFrom(100, 500)),
  burst: seldom(few),
  maxConcurrentRequests: seldom(fc.integer({ min: 1, max: 4 })),
  slowProcessingThresholdMs: seldom(fc.constantFrom(0, 10)),
  earlyThrottleAt: seldom(fc.constantFrom(0.1, 0.5)),
});

const keyGen: Arbitrary<KeyGenPlan> = fc.record({
  kind: fc.constant('keyGen'),
  ...ready,
  numberOfPartitions: few,
  enableLoadAwareness: fc.boolean(),
  loadImbalanceThreshold: fc.constantFrom(1, 16),
  faults: faults('throws', 'isNoKey'),
});

const ingress: Arbitrary<IngressPlan> = fc.record({
  kind: fc.constant('ingressProcessing'),
  ...ready,
  by: fc.constantFrom('schema', 'validate'),
  validates: fc.constantFrom('atOnce', 'later'),
  prepares: fc.constantFrom('atOnce', 'later', 'not'),
  concurrency: few,
  bufferTimeoutMs: seldom(fc.constantFrom(0, 4)),
  onBufferTimeout: fc.constantFrom('wait', 'deadLetter'),
  faults: faults('isInvalid', 'validationThrows', 'preparationThrows'),
});

const egress: Arbitrary<EgressPlan> = fc
  .record({
    kind: fc.constant('asyncEgress' as const),
    ...ready,
    answer: fc.constantFrom('value' as const, 'promise', 'promise', 'kept', 'observable', 'undefined'),
    order: fc.constantFrom('none' as const, 'input', 'perKey'),
    onKeyFailure: fc.constantFrom('continue' as const, 'park'),
    maxConcurrentOperations: fc.integer({ min: 1, max: 4 }),
    maxAttempts: few,
    operationTimeoutMs: seldom(fc.constantFrom(1, 6)),
    totalTimeoutMs: seldom(fc.constantFrom(6, 30)),
    baseRetryDelayMs: fc.constantFrom(0, 6),
    jitter: fc.constantFrom('full' as const, 'none'),
    seed: fc.nat(5),
    asks: fc.boolean(),
    faults: faults('throws', 'rejects', 'rejectsOnce', 'rejectsOnce', 'isCondemned', 'obeys', 'ignores', 'isEmpty'),
  })
  .map((plan): EgressPlan => (plan.order === 'perKey' ? plan : { ...plan, onKeyFailure: 'continue' }));

const sink: Arbitrary<FinalSinkPlan> = fc.record({
  kind: fc.constant('finalSink'),
  ...ready,
  opens: fc.constantFrom('atOnce', 'atOnce', 'atOnce', 'later', 'later', 'later', 'never', 'fails'),
  closes: fc.constantFrom('atOnce', 'atOnce', 'atOnce', 'later', 'later', 'later', 'fails'),
  answers: fc.constantFrom('atOnce', 'later', 'together'),
  requireAcknowledgment: fc.constantFrom(true, true, true, false),
  maxPendingAcknowledgments: fc.integer({ min: 1, max: 4 }),
  acknowledgmentTimeoutMs: seldom(fc.constantFrom(1, 6)),
  attempts: few,
  maxSize: seldom(few),
  maxWaitMs: fc.constantFrom(null, 0, 5),
  faults: faults('twice', 'unknown', 'late', 'never', 'refuses', 'refusesOnce', 'condemns', 'throws', 'rejects'),
});

export const readyStep: Arbitrary<ReadyPlan> = fc.oneof(gateway, keyGen, ingress, egress, sink);

/** The five in their order, as they are meant to stand; what is drawn between them is put there by the caller. */
export const classicSteps: Arbitrary<readonly ReadyPlan[]> = fc.tuple(gateway, keyGen, ingress, egress, sink);

export const control: Arbitrary<ControlPlan> = fc.record({
  monitoringIntervalMs: fc.constantFrom(5, 20),
  throttle: fc.constantFrom('continuous', 'classic', 'off', 'always'),
  maxSize: fc.constantFrom(1, 2, 50),
  whenFull: fc.constantFrom('block', 'dropOldest', 'spill'),
  maxRedrives: fc.constantFrom(0, 1, 3),
  redrives: fc.array(
    fc.record({ max: fc.integer({ min: 1, max: 20 }), ratePerSecond: seldom(fc.constantFrom(100, 1000)) }),
    { maxLength: 12 },
  ),
  closeAt: fc.oneof(
    { weight: 6, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 30 }) },
  ),
});
