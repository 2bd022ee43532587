import { CallSite } from '../../MarbleExpectation.js';
import { LawError } from '../LawError.js';
import { checkSourceLaws, type CheckSourceLawsOptions } from './checkSourceLaws.js';
import type { SourceSubject } from './SourceSubject.js';

/**
 * Plays with a source as `checkSourceLaws` does, and fails where it breaks a law: a whole test.
 *
 * @throws LawError (rejects) with each broken law: its rule, what it is for, and what was seen
 *
 * @example
 * await assertSourceLaws({ name: 'fromPull', make: (input) => fromPull(input) });
 */
export async function assertSourceLaws(subject: SourceSubject, options?: CheckSourceLawsOptions): Promise<void> {
  const callSite = new CallSite();
  const violations = await checkSourceLaws(subject, options);
  if (violations.length > 0) throw new LawError(violations, callSite);
}
