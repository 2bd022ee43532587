import type { referenceConfiguration } from '../../lib/stages/referenceConfiguration.js';

type Part = keyof typeof referenceConfiguration;

/** One option of the reference system: its class, its name, its default, and where it is with us. */
export interface OptionRow {
  readonly part: Part;
  readonly theirs: string;
  readonly theirDefault: string | number | boolean;
  /** The option here, a path into the preset of its part; null where there is none, and then the note says why. */
  readonly ours: string | null;
  readonly note: string;
}

const row = (
  part: Part,
  theirs: string,
  theirDefault: string | number | boolean,
  ours: string | null,
  note = '',
): OptionRow => ({ part, theirs, theirDefault, ours, note });

const unread = 'nobody reads it there';
const fixed = 'a fixed number there, no option';
const isCapacity = 'inbox and work together; the one name for it here is `capacity`';
const second = 'a second size of the same queue there';

/** Every option of the reference system's configuration classes, and what is written down in its code as a number. */
export const OPTION_TABLE: readonly OptionRow[] = [
  row('gateway', 'GatewayBufferSize', 1000, 'capacity', isCapacity),
  row('gateway', 'GatewayCreditReplenishRate', 100, 'creditReplenishRate', unread),
  row(
    'gateway',
    'MaxRequestsPerSecond',
    1000,
    'maxRequestsPerSecond',
    'there too high by the factor of the concurrency; `burst` is new',
  ),
  row('gateway', 'MaxConcurrentRequests', 100, 'maxConcurrentRequests', 'here: unsettled in the whole pipeline'),
  row('gateway', 'MaxQueueSize', 1000, 'capacity', second),
  row('gateway', 'SlowProcessingThresholdMs', 100, 'slowProcessingThresholdMs', 'here: from the gateway to settlement'),
  row(
    'gateway',
    'BackPressureThreshold',
    0.7,
    'earlyThrottleAt',
    'nobody reads it there; also the trigger of the stage',
  ),
  row('keyGen', 'KeyGenBufferSize', 2000, 'capacity', isCapacity),
  row('keyGen', 'KeyGenCreditReplenishRate', 200, 'creditReplenishRate', unread),
  row('keyGen', 'NumberOfPartitions', 10, 'numberOfPartitions', '`keyGroups` is new'),
  row('keyGen', 'EnableLoadAwareness', true, 'enableLoadAwareness', 'here a key keeps its order when it moves'),
  row(
    'keyGen',
    'LoadImbalanceThreshold',
    1000,
    'loadImbalanceThreshold',
    'there: records of all time; here: records in flight',
  ),
  row('keyGen', 'MaxQueueSize', 2000, 'capacity', second),
  row('ingressProcessing', 'IngressProcessingBufferSize', 1500, 'capacity', isCapacity),
  row('ingressProcessing', 'IngressProcessingCreditReplenishRate', 150, 'creditReplenishRate', unread),
  row('ingressProcessing', 'MaxBufferSize', 1500, 'capacity', second),
  row(
    'ingressProcessing',
    'BufferTimeoutMs',
    1000,
    'bufferTimeoutMs',
    'there it throws; here `onBufferTimeout` says what happens, by default nothing is lost',
  ),
  row('ingressProcessing', 'EnableValidation', true, 'enableValidation', unread),
  row('ingressProcessing', 'EnablePreprocessing', true, 'enablePreprocessing', unread),
  row('asyncEgress', 'AsyncEgressBufferSize', 3000, 'capacity', isCapacity),
  row('asyncEgress', 'AsyncEgressCreditReplenishRate', 300, 'creditReplenishRate', unread),
  row('asyncEgress', 'MaxRetries', 3, 'maxAttempts', 'three tries, the first included, is what it means there as well'),
  row('asyncEgress', 'OperationTimeoutMs', 5000, 'operationTimeoutMs', 'holds although the service ignores its signal'),
  row('asyncEgress', 'BaseRetryDelayMs', 100, 'baseRetryDelayMs', 'here with `jitter`'),
  row('asyncEgress', 'MaxRetryDelayMs', 2000, 'maxRetryDelayMs'),
  row('asyncEgress', 'MaxConcurrentOperations', 50, 'maxConcurrentOperations', 'there it blocks a thread for each'),
  row(
    'asyncEgress',
    'ConcurrencyTimeoutMs',
    2000,
    null,
    'there a record that finds no place is lost; here it waits, as demand says',
  ),
  row('asyncEgress', 'EnableDeadLetterQueue', true, 'enableDeadLetterQueue', 'cannot be reached there'),
  row('finalSink', 'FinalSinkBufferSize', 2500, 'capacity', isCapacity),
  row('finalSink', 'FinalSinkCreditReplenishRate', 250, 'creditReplenishRate', unread),
  row(
    'finalSink',
    'DestinationType',
    'Kafka',
    null,
    'here `destination` is an object: `callbackDestination(…)`, `databaseDestination(…)`, or your own',
  ),
  row('finalSink', 'DestinationConfiguration', 'empty', null, 'belongs to the destination'),
  row('finalSink', 'RequireAcknowledgment', true, 'requireAcknowledgment'),
  row(
    'finalSink',
    'MaxPendingAcknowledgments',
    1000,
    'maxPendingAcknowledgments',
    'there the permit is given back at once',
  ),
  row(
    'finalSink',
    'AcknowledgmentTimeoutMs',
    10_000,
    'acknowledgmentTimeoutMs',
    'there 10 to 15 s, and then the record counts as processed; here a dead letter',
  ),
  row('controller', 'MonitoringInterval', 2000, 'monitoringIntervalMs', unread),
  row('controller', 'CriticalPressureThreshold', 0.9, 'criticalPressureThreshold', unread),
  row('controller', 'HighPressureThreshold', 0.8, 'highPressureThreshold', unread),
  row('controller', 'ModeratePressureThreshold', 0.6, 'moderatePressureThreshold', unread),
  row('controller', 'BackPressureThreshold of Gateway', 0.7, 'stageThresholds.gateway', unread),
  row('controller', 'BackPressureThreshold of KeyGen', 0.8, 'stageThresholds.keyGen', unread),
  row('controller', 'BackPressureThreshold of IngressProcessing', 0.75, 'stageThresholds.ingressProcessing', unread),
  row('controller', 'BackPressureThreshold of AsyncEgressProcessing', 0.9, 'stageThresholds.asyncEgress', unread),
  row('controller', 'BackPressureThreshold of FinalSink', 0.85, 'stageThresholds.finalSink', unread),
  row('controller', 'delay of 20, 50 and 100 ms', 'classic', 'throttle', fixed),
  row(
    'controller',
    'MaxDeadLetterQueueSize',
    10_000,
    'deadLetters.maxSize',
    'there the oldest goes without a word; here `whenFull` says, and the default blocks',
  ),
  row(
    'controller',
    'CreditRequestTimeout',
    100,
    null,
    'nobody reads it there; here no credit means not pulled, for however long',
  ),
];

/** Every option in the preset of one part, as paths. */
export function pathsOf(preset: object, prefix = ''): string[] {
  return Object.entries(preset).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null ? pathsOf(value as object, `${prefix}${key}.`) : [`${prefix}${key}`],
  );
}

export function valueAt(preset: object, path: string): unknown {
  return path.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], preset);
}
