import type { SlotSettings } from '../operators/SlotMachine.js';
import type { ReadyStageOptions } from '../options/common.js';
import type { DeadLetter } from '../records/DeadLetter.js';
import type { EgressInfo } from './EgressInfo.js';
import type { RetryDelays } from './retryDelay.js';

/** The options of `asyncEgress`, checked and complete. */
export interface EgressSettings<T> extends ReadyStageOptions, SlotSettings<T>, RetryDelays {
  readonly capacity: number;
  readonly process: (value: T, info: EgressInfo) => unknown;
  readonly maxAttempts: number;
  readonly operationTimeoutMs: number | undefined;
  readonly totalTimeoutMs: number | undefined;
  readonly seed: number;
  readonly isRetryable: (error: unknown, attempt: number) => boolean;
  readonly maxConcurrentOperations: number;
  readonly onKeyFailure: 'continue' | 'park';
  readonly enableDeadLetterQueue: boolean;
  readonly onDeadLetter: ((letter: DeadLetter) => void) | undefined;
}
