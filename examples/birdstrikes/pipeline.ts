import { filter, map, tap, type Observable } from 'rxjs';
import {
  asyncEgress,
  control,
  finalSink,
  fromPull,
  gateway,
  ingressProcessing,
  keyGen,
  type Destination,
  type PipelineBackPressureController,
} from 'sluice';
import { MAX_ATTEMPTS, type ImpactService } from './ImpactService.js';
import type { Journal } from './Journal.js';
import { isFlight, Strike, toReport, type AssessedStrike, type Row } from './records.js';

/** Records that one stage may hold. */
export const CAPACITY = 64;
/** What the five stages hold together at most. */
export const BOUND = 5 * CAPACITY;

export interface Parts {
  /** Makes the rows anew for each subscription; the signal says that nobody wants them any more. */
  readonly rows: (signal: AbortSignal) => AsyncIterable<Row>;
  readonly service: Pick<ImpactService, 'assess'>;
  readonly destination: Destination<AssessedStrike>;
  readonly journal: Journal;
  readonly controller: PipelineBackPressureController;
}

/** From the file, past the service, into the table. */
export function strikes({ rows, service, destination, journal, controller }: Parts): Observable<AssessedStrike> {
  // RxJS operators as ever: demand passes up through them, from the gateway to the file.
  const flights = fromPull(({ signal }) => rows(signal)).pipe(
    map(toReport),
    tap(journal.entered),
    filter((report) => isFlight(report) || journal.leaveOut(report)),
  );
  return flights.pipe(
    gateway({ capacity: CAPACITY, earlyThrottleAt: 0.7 }),
    // Nothing here works by partition, so keys need not move to even the partitions out.
    keyGen({ capacity: CAPACITY, keySelector: ({ airport }) => airport, enableLoadAwareness: false }),
    ingressProcessing({ capacity: CAPACITY, schema: Strike }),
    asyncEgress({
      capacity: CAPACITY,
      process: (strike, info) => service.assess(strike, info),
      maxAttempts: MAX_ATTEMPTS,
      operationTimeoutMs: 400,
      baseRetryDelayMs: 50,
    }),
    finalSink({
      capacity: CAPACITY,
      destination,
      batch: { maxSize: 8, maxWaitMs: 10 },
      maxPendingAcknowledgments: 16,
    }),
    tap(journal.wasDelivered),
    control(controller),
  );
}
