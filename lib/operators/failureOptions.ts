import * as z from 'zod/mini';
import { fn } from '../options/common.js';
import type { DeadLetter } from '../records/DeadLetter.js';

/** The option of every stage that may write dead letters. */
export const deadLetterOptions = {
  onDeadLetter: z.optional(fn<(letter: DeadLetter) => void>('give a function (letter) => void')),
};

export interface DeadLetterOptions {
  /** Called with each dead letter of this stage. What it throws fails the stream. */
  readonly onDeadLetter?: ((letter: DeadLetter) => void) | undefined;
}

/** The options of a stage that fails the stream unless it is told to write dead letters. */
export const failureOptions = {
  onFailure: z.optional(z.enum(['error', 'deadLetter'], `give 'error' or 'deadLetter'`)),
  ...deadLetterOptions,
};

export interface FailureOptions extends DeadLetterOptions {
  /**
   * `'error'` (default): a project that throws or rejects fails the stream, as in mergeMap. `'deadLetter'`: the record
   * gets the outcome deadLettered and the stream goes on; somebody must keep the letters: `run`, a controller, or
   * `onDeadLetter`.
   */
  readonly onFailure?: 'error' | 'deadLetter' | undefined;
}
