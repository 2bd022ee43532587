import {
  asyncEgress,
  callbackDestination,
  finalSink,
  fromPull,
  gateway,
  ingressProcessing,
  keyGen,
  type DeadLetter,
} from 'sluice';
import type { MonoTypeOperatorFunction, Observable } from 'rxjs';
import { PacedFlow } from './PacedFlow.js';
import { answer, CONCURRENCY, Counter, isRecord, keyOf, PARTITIONS, PER_SECOND, type PassWork } from './work.js';

/** One stage by itself. */
export interface StageWork {
  readonly pass: PassWork;
  /** Sends so many records at a steady rate. How late every 16th left the stage, in milliseconds. */
  readonly pace: (records: number, perSecond: number) => Promise<Float64Array>;
}

type Operator = MonoTypeOperatorFunction<number>;

function refuse({ errors }: DeadLetter): never {
  throw errors.at(-1);
}

/** The clock is not read for each record, or it would be what is measured. */
const SAMPLE_EVERY = 16;

/** Each with its limits on, none of which is reached. */
const operators = {
  gateway: (): Operator => gateway({ maxRequestsPerSecond: PER_SECOND, maxConcurrentRequests: 10_000 }),
  keyGen: (): Operator => keyGen({ keySelector: keyOf, numberOfPartitions: PARTITIONS, onDeadLetter: refuse }),
  ingressProcessing: (): Operator => ingressProcessing({ validate: isRecord, onDeadLetter: refuse }),
  asyncEgress: (): Operator =>
    asyncEgress({ process: answer, maxConcurrentOperations: CONCURRENCY, onDeadLetter: refuse }),
  finalSink: (): Operator => finalSink({ destination: callbackDestination(() => undefined), onDeadLetter: refuse }),
};

function workOf(operator: () => Operator): StageWork {
  return {
    pass: (records) => {
      let sum = 0;
      return ended(fromPull(new Counter(records)).pipe(operator()), (n) => {
        sum += n;
      }).then(() => sum);
    },
    pace: async (records, perSecond) => {
      const paced = new PacedFlow(records, perSecond);
      const late = new Float64Array(Math.ceil(records / SAMPLE_EVERY));
      let left = 0;
      await ended(paced.flow.pipe(operator()), (n) => {
        if (left % SAMPLE_EVERY === 0) late[left / SAMPLE_EVERY] = paced.lateness(n);
        left++;
      });
      if (left !== records) throw new Error(`${left} of ${records} records came through`);
      return late;
    },
  };
}

function ended(flow: Observable<number>, next: (n: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    flow.subscribe({ next, error: reject, complete: resolve });
  });
}

export const gatewayWork = workOf(operators.gateway);
export const keyGenWork = workOf(operators.keyGen);
export const ingressProcessingWork = workOf(operators.ingressProcessing);
export const asyncEgressWork = workOf(operators.asyncEgress);
export const finalSinkWork = workOf(operators.finalSink);
