import { codeOf, type SluiceCode } from '../credit/SluiceError.js';
import type { RecordContext } from './RecordContext.js';

/** A record that failed for good, with all that is needed to read why and to send it again. */
export interface DeadLetter {
  /** The value as the stage that failed was given it. */
  readonly value: unknown;
  /** The value as it entered the pipeline. */
  readonly origin: unknown;
  readonly key: unknown;
  readonly stage: string;
  readonly code: SluiceCode;
  readonly attempts: number;
  /** What was thrown, the last attempt last. */
  readonly errors: readonly unknown[];
  /** Milliseconds of the stage's scheduler: when the first attempt and the last one failed. */
  readonly firstAt: number;
  readonly lastAt: number;
}

/** The letter for a record that failed at its only attempt. */
export function writeLetter(
  value: unknown,
  record: RecordContext | null,
  stage: string,
  error: unknown,
  now: number,
): DeadLetter {
  return {
    value,
    origin: record === null ? value : record.origin,
    key: record?.key,
    stage,
    code: codeOf(error),
    attempts: 1,
    errors: [error],
    firstAt: now,
    lastAt: now,
  };
}
