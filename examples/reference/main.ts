import {
  asyncEgress,
  callbackDestination,
  control,
  finalSink,
  fromPull,
  gateway,
  ingressProcessing,
  keyGen,
  PipelineBackPressureController,
  run,
  type PipelineStatus,
} from 'sluice';

const count = Number(process.argv[2] ?? 1000);
const inputRecords = Array.from({ length: count }, (_, id) =>
  JSON.stringify({ id, data: `example-data-${String(id)}` }),
);
inputRecords.push('{}'); // too short to be valid

const controller = new PipelineBackPressureController({ monitoringIntervalMs: 500 });
controller.status$.subscribe(printStatus);

const report = await run(
  fromPull(inputRecords).pipe(
    // Stage 1: Gateway (ingress rate control)
    gateway({ capacity: 1000, maxRequestsPerSecond: 500, maxConcurrentRequests: 50 }),

    // Stage 2: KeyGen (deterministic partitioning + load awareness)
    keyGen({ capacity: 2000, keySelector: keyOf, numberOfPartitions: 10, loadImbalanceThreshold: 100 }),

    // Stage 3: IngressProcessing (validation + preprocessing with a bounded buffer)
    ingressProcessing({ capacity: 1500, bufferTimeoutMs: 1000, validate: isLongEnough, preprocess: addTime }),

    // Stage 4: AsyncEgressProcessing (external I/O with timeout, retry, dead letters)
    asyncEgress({
      capacity: 3000,
      process: callExternalService,
      maxAttempts: 3,
      operationTimeoutMs: 2000,
      baseRetryDelayMs: 100,
      maxRetryDelayMs: 1000,
      maxConcurrentOperations: 20,
    }),

    // Stage 5: Final sink (Kafka, database, callback) with acknowledgment
    finalSink({
      capacity: 2500,
      destination: callbackDestination(send),
      maxPendingAcknowledgments: 500,
      acknowledgmentTimeoutMs: 5000,
    }),

    control(controller),
  ),
);

console.log(String(report));
console.log('Dead letters:', JSON.stringify(controller.deadLetters.summary()));
controller.close();

function printStatus({ overallPressureLevel, healthLabel, bottleneck, stageStatuses }: PipelineStatus): void {
  console.log(`Overall Pressure Level: ${overallPressureLevel.toFixed(2)}`);
  for (const [stageName, stage] of Object.entries(stageStatuses)) {
    console.log(`Stage ${stageName}:`);
    console.log(`  Back Pressure Level: ${stage.backPressureLevel.toFixed(2)}`);
    console.log(`  Queue Utilization: ${stage.queueUtilization.toFixed(2)}`);
    console.log(`  Processing Latency: ${stage.processingLatencyMs.toFixed(2)}ms`);
    console.log(`  Error Rate: ${stage.errorRate.toFixed(2)}`);
  }
  console.log(`Pipeline Health Status: ${healthLabel}`);
  if (bottleneck !== null) console.log(`Bottleneck: ${bottleneck.stage}`);
}

function keyOf(record: string): string {
  return `key-${String(record.length % 10)}`;
}

function isLongEnough(record: string): boolean {
  if (record.length < 10) throw new Error('Record too short');
  return true;
}

function addTime(record: string): string {
  return `${record.slice(0, -1)},"processed_at":"${new Date().toISOString()}"}`;
}

/** Takes 10 to 100 ms. One call of twenty fails, and one record of a hundred fails whenever it is tried. */
async function callExternalService(
  record: string,
  { attempt, signal }: { readonly attempt: number; readonly signal: AbortSignal },
): Promise<string> {
  await delay(10 + Math.random() * 90);
  signal.throwIfAborted();
  const id = idOf(record);
  if (id % 100 === 13 || (id % 20 === 7 && attempt === 1)) throw new Error('Simulated external service failure');
  return `${record}_external_processed`;
}

/** Is acknowledged after 100 to 500 ms. One record of twenty is refused. */
async function send(record: string): Promise<void> {
  await delay(100 + Math.random() * 400);
  if (idOf(record) % 20 === 3) throw new Error('Simulated Kafka error');
}

function idOf(record: string): number {
  return Number(/"id":(\d+)/.exec(record)?.[1]);
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
