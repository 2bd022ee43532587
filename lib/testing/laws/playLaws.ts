import { FlowTestScheduler } from '../FlowTestScheduler.js';
import type { Law } from './Law.js';

/** One law that a subject breaks. */
export interface Violation {
  readonly subject: string;
  /** The number of the rule in SEMANTICS.md, and the name and intent of the law. */
  readonly rule: string;
  readonly law: string;
  readonly intent: string;
  /** What was seen; the first few things of it. */
  readonly complaints: readonly string[];
}

/** What every law is told about a subject. */
export interface Excusable {
  /** What it is called in violations. */
  readonly name: string;
  /** Laws that the subject is excused from, by name, with the reason. */
  readonly exempt?: Readonly<Record<string, string>>;
}

/** What is kept of a broken law. */
const MOST_COMPLAINTS = 5;

/**
 * Plays each law with a trial of its own, in virtual time of its own.
 *
 * @throws Error (rejects) where the subject is excused from what is not among the `known` laws
 */
export async function playLaws<T extends { readonly complaints: readonly string[] }>(
  subject: Excusable,
  laws: readonly Law<T>[],
  known: readonly Law<T>[],
  makeTrial: (scheduler: FlowTestScheduler) => T,
): Promise<Violation[]> {
  for (const name of Object.keys(subject.exempt ?? {})) {
    if (known.some((law) => law.name === name)) continue;
    const names = known.map((law) => `'${law.name}'`).join(', ');
    throw new Error(`${subject.name}: exempt names '${name}', which is no law; the laws are ${names}`);
  }
  const violations: Violation[] = [];
  for (const law of laws) {
    if (subject.exempt?.[law.name] !== undefined) continue;
    const complaints = await complaintsOf(law, makeTrial);
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

async function complaintsOf<T extends { readonly complaints: readonly string[] }>(
  law: Law<T>,
  makeTrial: (scheduler: FlowTestScheduler) => T,
): Promise<readonly string[]> {
  const scheduler = new FlowTestScheduler();
  const trial = makeTrial(scheduler);
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
