import { FlowTestScheduler } from '../FlowTestScheduler.js';
import type { Law } from './Law.js';
import { LAWS } from './LAWS.js';
import type { LawSubject } from './LawSubject.js';
import { Trial } from './Trial.js';

/** One law that an operator breaks. */
export interface Violation {
  readonly subject: string;
  /** The number of the rule in SEMANTICS.md, and the name and intent of the law. */
  readonly rule: string;
  readonly law: string;
  readonly intent: string;
  /** What was seen; the first few things of it. */
  readonly complaints: readonly string[];
}

export interface CheckLawsOptions {
  /** Which laws to check. Default: all. */
  readonly laws?: readonly Law[];
  /** Records in the law about constant stack. Default 100,000; operators that take their time get fewer. */
  readonly count?: number;
}

/** What is kept of a broken law. */
const MOST_COMPLAINTS = 5;

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
export async function checkLaws(
  subject: LawSubject,
  { laws = LAWS, count = 100_000 }: CheckLawsOptions = {},
): Promise<Violation[]> {
  const violations: Violation[] = [];
  for (const law of laws) {
    if (subject.exempt?.[law.name] !== undefined) continue;
    const complaints = await complaintsOf(law, subject, count);
    if (complaints.length === 0) continue;
    violations.push({
      subject: subject.name,
      rule: law.rule,
      law: law.name,
      intent: law.intent,
      complaints: [...new Set(complaints)].slice(0, MOST_COMPLAINTS),
    });
  }
  return violations;
}

async function complaintsOf(law: Law, subject: LawSubject, count: number): Promise<readonly string[]> {
  const scheduler = new FlowTestScheduler();
  const trial = new Trial(subject, scheduler, count);
  if (law.appliesTo?.(trial) === false) return [];
  try {
    await scheduler.run(async () => {
      await law.check(trial);
      scheduler.forget();
    });
  } catch (error) {
    return [...trial.complaints, `threw ${String(error)}`];
  }
  return trial.complaints;
}
