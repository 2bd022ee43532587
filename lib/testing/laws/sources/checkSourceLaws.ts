import type { Law } from '../Law.js';
import { playLaws, type Violation } from '../playLaws.js';
import { SOURCE_LAWS } from './SOURCE_LAWS.js';
import type { SourceSubject } from './SourceSubject.js';
import { SourceTrial } from './SourceTrial.js';

export interface CheckSourceLawsOptions {
  /** Which laws to check. Default: all. */
  readonly laws?: readonly Law<SourceTrial>[];
  /** Records in the law about constant stack. Default 100,000; sources that take their time get fewer. */
  readonly count?: number;
}

/**
 * As `checkLaws`, for a source: something that makes a flow of what an input has.
 *
 * @returns the broken laws, none for a sound source; a law that throws is broken
 *
 * @example
 * const violations = await checkSourceLaws({ name: 'fromPull', make: (input) => fromPull(input) });
 * violations; // []
 */
export function checkSourceLaws(
  subject: SourceSubject,
  { laws = SOURCE_LAWS, count = 100_000 }: CheckSourceLawsOptions = {},
): Promise<Violation[]> {
  return playLaws(subject, laws, SOURCE_LAWS, (scheduler) => new SourceTrial(subject, scheduler, count));
}
