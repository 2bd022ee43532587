import { CallSite } from '../MarbleExpectation.js';
import { checkLaws, type CheckLawsOptions } from './checkLaws.js';
import { LawError } from './LawError.js';
import type { LawSubject } from './LawSubject.js';

/**
 * Plays with an operator as `checkLaws` does, and fails where it breaks a law: a whole test, in whatever runs your tests.
 *
 * @throws LawError (rejects) with each broken law: its rule, what it is for, and what was seen
 *
 * @example
 * await assertLaws({ name: 'doubling', make: () => map((n) => 2 * n), outputs: (inputs) => inputs.map((n) => 2 * n) });
 */
export async function assertLaws(subject: LawSubject, options?: CheckLawsOptions): Promise<void> {
  const callSite = new CallSite();
  const violations = await checkLaws(subject, options);
  if (violations.length > 0) throw new LawError(violations, callSite);
}
