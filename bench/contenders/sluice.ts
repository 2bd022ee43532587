import {
  asyncEgress,
  callbackDestination,
  control,
  finalSink,
  Flowable,
  fromPull,
  gateway,
  ingressProcessing,
  keyGen,
  PipelineBackPressureController,
  run,
  stage,
  type DeadLetter,
} from 'sluice';
import type { Observable } from 'rxjs';
import {
  addOne,
  answer,
  CONCURRENCY,
  Counter,
  IN_FLIGHT,
  isRecord,
  keyOf,
  PARTITIONS,
  PER_SECOND,
  syncSum,
  type AsyncWork,
  type PassWork,
  type SlowWork,
  type SyncWork,
} from './work.js';

const fiveStages = (source: Observable<number>): Observable<number> =>
  source.pipe(stage(addOne), stage(addOne), stage(addOne), stage(addOne), stage(addOne));

/** The counter of the other contenders as a Flowable: what a source looks like that is written for credit. */
const counterFlow = (records: number): Flowable<number> =>
  new Flowable<number>((subscriber) => {
    let next = 0;
    subscriber.onDemand(() => {
      while (next < records && subscriber.balance > 0) subscriber.next(next++);
      if (next === records) subscriber.complete();
    });
  });

function sumOf(flow: Observable<number>): number {
  let sum = 0;
  flow.subscribe((n) => {
    sum += n;
  });
  return sum;
}

export const syncFromPull: SyncWork = (records) => sumOf(fiveStages(fromPull(new Counter(records))));

export const syncFlowable: SyncWork = (records) => sumOf(fiveStages(counterFlow(records)));

/** `run` wants no values: that all came through is what the ledger says. */
export const permits: SyncWork = async (records) => {
  const report = await run(fiveStages(fromPull(new Counter(records))));
  if (report.in !== report.delivered) throw new Error(`the ledger says ${String(report)}`);
  return syncSum(report.delivered);
};

/** With a controller besides, which keeps its own ledger and looks at every stage. */
export const permitsControlled: SyncWork = async (records) => {
  const controller = new PipelineBackPressureController({ logger: 'off' });
  const report = await run(fiveStages(fromPull(new Counter(records))).pipe(control(controller)));
  controller.close();
  if (report.in !== report.delivered) throw new Error(`the ledger says ${String(report)}`);
  return syncSum(report.delivered);
};

export const async: AsyncWork = (records) =>
  new Promise((resolve, reject) => {
    let sum = 0;
    fromPull(new Counter(records))
      .pipe(stage(answer, { concurrency: CONCURRENCY, order: 'none' }))
      .subscribe({
        next: (n) => {
          sum += n;
        },
        error: reject,
        complete: () => {
          resolve(sum);
        },
      });
  });

export const asyncEgressWork: AsyncWork = (records) =>
  new Promise((resolve, reject) => {
    let sum = 0;
    fromPull(new Counter(records))
      .pipe(asyncEgress({ process: answer, maxConcurrentOperations: CONCURRENCY, onDeadLetter: refuse }))
      .subscribe({
        next: (n) => {
          sum += n;
        },
        error: reject,
        complete: () => {
          resolve(sum);
        },
      });
  });

export const slow: SlowWork = (source, sink) =>
  new Promise((resolve, reject) => {
    fromPull(source)
      .pipe(stage(sink.write, { concurrency: CONCURRENCY, order: 'none' }))
      .subscribe({ error: reject, complete: resolve });
  });

const classicWith =
  (order: 'none' | 'perKey' | 'perPartition'): PassWork =>
  async (records) => {
    let sum = 0;
    const write = (n: number): void => {
      sum += n;
    };
    const controller = new PipelineBackPressureController({ logger: 'off' });
    const report = await run(
      fromPull(new Counter(records)).pipe(
        gateway({ maxRequestsPerSecond: PER_SECOND, maxConcurrentRequests: IN_FLIGHT }),
        keyGen({ keySelector: keyOf, numberOfPartitions: PARTITIONS }),
        ingressProcessing({ validate: isRecord }),
        asyncEgress({ process: answer, maxConcurrentOperations: CONCURRENCY, order }),
        finalSink({ destination: callbackDestination(write) }),
        control(controller),
      ),
    );
    controller.close();
    if (report.in !== report.delivered) throw new Error(`the ledger says ${String(report)}`);
    return sum;
  };

export const classic = classicWith('none');
export const classicPerKey = classicWith('perKey');
export const classicPerPartition = classicWith('perPartition');

function refuse({ errors }: DeadLetter): never {
  throw errors.at(-1);
}

/** So that all keys are texts of the same length. */
const FIRST_KEY = 1_000_000;

/** The keys are made beforehand. */
export const keyGenWith = (keys: number, numberOfPartitions: number): PassWork => {
  const texts = Array.from({ length: keys }, (_, key) => `key-${FIRST_KEY + key}`);
  return (records) =>
    sumOf(
      fromPull(new Counter(records)).pipe(
        keyGen({ keySelector: (n) => texts[n % texts.length]!, numberOfPartitions, onDeadLetter: refuse }),
      ),
    );
};
