import type { ControllerOptions } from '../control/controllerOptions.js';
import type { AsyncEgressOptions } from './asyncEgress.js';
import type { FinalSinkOptions } from './finalSink.js';
import type { GatewayOptions } from './gateway.js';
import type { IngressProcessingOptions } from './ingressProcessing.js';
import type { KeyGenOptions } from './keyGen.js';

/** What a configuration of the whole pipeline may say: everything but the functions and the destination. */
interface PipelineConfiguration {
  readonly gateway: GatewayOptions;
  readonly keyGen: Omit<KeyGenOptions<unknown>, 'keySelector'>;
  readonly ingressProcessing: Omit<IngressProcessingOptions<unknown, unknown, unknown>, 'schema' | 'validate'>;
  readonly asyncEgress: Omit<AsyncEgressOptions<unknown, unknown>, 'process'>;
  readonly finalSink: Omit<FinalSinkOptions<unknown>, 'destination'>;
  readonly controller: ControllerOptions;
}

/**
 * The numbers of the reference system, FLINK.NET, as options of the five stages and of the controller. Times are in
 * milliseconds, `capacity` in records, `creditReplenishRate` in records per second. It is a preset and no default: here
 * every one of these numbers has an effect, also those that nobody reads there. `creditReplenishRate` alone lets no more
 * than 100 records a second through the gateway, once its 1000 places have been used: leave it out
 * (`creditReplenishRate: undefined`) where you do not want that.
 *
 * @example
 * const { gateway: atTheDoor, keyGen: keys, controller } = referenceConfiguration;
 * fromPull(orders).pipe(
 *   gateway({ ...atTheDoor, creditReplenishRate: undefined }),
 *   keyGen({ ...keys, keySelector: (order) => order.customer }),
 *   control(new PipelineBackPressureController(controller)),
 * );
 */
export const referenceConfiguration = {
  gateway: {
    capacity: 1000,
    creditReplenishRate: 100,
    maxRequestsPerSecond: 1000,
    maxConcurrentRequests: 100,
    slowProcessingThresholdMs: 100,
    earlyThrottleAt: 0.7,
  },
  keyGen: {
    capacity: 2000,
    creditReplenishRate: 200,
    numberOfPartitions: 10,
    enableLoadAwareness: true,
    loadImbalanceThreshold: 1000,
  },
  ingressProcessing: {
    capacity: 1500,
    creditReplenishRate: 150,
    bufferTimeoutMs: 1000,
    enableValidation: true,
    enablePreprocessing: true,
  },
  asyncEgress: {
    capacity: 3000,
    creditReplenishRate: 300,
    maxAttempts: 3,
    operationTimeoutMs: 5000,
    baseRetryDelayMs: 100,
    maxRetryDelayMs: 2000,
    maxConcurrentOperations: 50,
    enableDeadLetterQueue: true,
  },
  finalSink: {
    capacity: 2500,
    creditReplenishRate: 250,
    requireAcknowledgment: true,
    maxPendingAcknowledgments: 1000,
    acknowledgmentTimeoutMs: 10_000,
  },
  controller: {
    monitoringIntervalMs: 2000,
    moderatePressureThreshold: 0.6,
    highPressureThreshold: 0.8,
    criticalPressureThreshold: 0.9,
    stageThresholds: { gateway: 0.7, keyGen: 0.8, ingressProcessing: 0.75, asyncEgress: 0.9, finalSink: 0.85 },
    throttle: 'classic',
    deadLetters: { maxSize: 10_000 },
  },
} as const satisfies PipelineConfiguration;
