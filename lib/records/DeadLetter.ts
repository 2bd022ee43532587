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
  /** How often the record has been sent in again before. */
  readonly redrives: number;
  /** What was thrown, the last attempt last. */
  readonly errors: readonly unknown[];
  /** Milliseconds of the stage's scheduler: when the first attempt and the last one failed. */
  readonly firstAt: number;
  readonly lastAt: number;
}

/** The attempts that failed before the last one, the first one first. */
export interface EarlierFailures {
  readonly errors: readonly unknown[];
  readonly firstAt: number;
}

/** What a letter says of the failure. */
export type Failure = Pick<DeadLetter, 'code' | 'attempts' | 'errors' | 'firstAt' | 'lastAt'>;

/** The letter for a record that is given up: its code is that of the last error. */
export function writeLetter(
  value: unknown,
  record: RecordContext | null,
  stage: string,
  error: unknown,
  now: number,
  earlier: EarlierFailures = { errors: [], firstAt: now },
): DeadLetter {
  return addressLetter(value, record, stage, {
    code: codeOf(error),
    attempts: earlier.errors.length + 1,
    errors: [...earlier.errors, error],
    firstAt: earlier.firstAt,
    lastAt: now,
  });
}

/** The letter for a record whose failure has been described. */
export function addressLetter(
  value: unknown,
  record: RecordContext | null,
  stage: string,
  { code, attempts, errors, firstAt, lastAt }: Failure,
): DeadLetter {
  const origin = record === null ? value : record.origin;
  const redrives = record?.redrives ?? 0;
  return { value, origin, key: record?.key, stage, code, attempts, redrives, errors, firstAt, lastAt };
}
