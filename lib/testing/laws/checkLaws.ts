import { LAWS } from './LAWS.js';
import type { LawSubject } from './LawSubject.js';
import type { OperatorLaw } from './OperatorLaw.js';
import { playLaws, type Violation } from './playLaws.js';
import { Trial } from './Trial.js';

export interface CheckLawsOptions {
  /** Which laws to check. Default: all. */
  readonly laws?: readonly OperatorLaw[];
  /** Records in the law about constant stack. Default 100,000; operators that take their time get fewer. */
  readonly count?: number;
}

/**
 * Plays with an operator in virtual time and says which laws of credit it breaks.
 *
 * The operator is given the numbers 1, 2, 3 … and must make of them what `subject.outputs` says. Every law is a trial of
 * its own. Only one check at a time may run in a process, since virtual time replaces the clock of RxJS.
 *
 * @returns the broken laws, none for a sound operator; a law that throws is broken
 *
 * @example
 * const violations = await checkLaws({
 *   name: 'doubling stage',
 *   make: () => stage((n: number) => n * 2, { capacity: 4 }),
 *   outputs: (inputs) => inputs.map((n) => n * 2),
 *   capacity: 4,
 * });
 * violations; // []
 */
export function checkLaws(
  subject: LawSubject,
  { laws = LAWS, count = 100_000 }: CheckLawsOptions = {},
): Promise<Violation[]> {
  return playLaws(subject, laws, LAWS, (scheduler) => new Trial(subject, scheduler, count));
}
