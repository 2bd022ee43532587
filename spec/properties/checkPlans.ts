import fc, { type Arbitrary } from 'fast-check';
import { stage } from '../../lib/index.js';
import { plans } from './arbitraries.js';
import type { Plan } from './Plan.js';
import { runPlan } from './runPlan.js';
import type { StageMaker } from './stageSteps.js';
import type { Property, Violation } from './Trial.js';

export interface Verdict {
  readonly failed: boolean;
  readonly seed: number;
  readonly runs: number;
  /** The properties that did not hold in the smallest counterexample. */
  readonly broken: readonly Property[];
  /** Everything needed to see it again. */
  readonly report: string;
}

/** A search that takes longer ends where it is: what has been shrunk so far says enough. */
const LONGEST_MS = 500_000;

/** Checks the properties over random plans: all of them, or only one. */
export async function checkPlans(
  numRuns: number,
  seed: number,
  make: StageMaker = stage,
  only?: Property,
  drawn: Arbitrary<Plan> = plans,
): Promise<Verdict> {
  let found: readonly Violation[] = [];
  const property = fc.asyncProperty(drawn, fc.scheduler(), async (plan, order) => {
    const all = await runPlan(plan, order, make);
    const violations = all.filter((violation) => only === undefined || violation.property === only);
    if (violations.length === 0) return;
    found = violations;
    throw new Error('a property does not hold');
  });
  const details = await fc.check(property, { numRuns, seed, interruptAfterTimeLimit: LONGEST_MS });
  if (details.failed && found.length === 0) throw details.errorInstance;
  const where = `seed ${String(details.seed)} path ${details.counterexamplePath ?? '(none)'} runs ${String(details.numRuns)}`;
  if (!details.failed) return { failed: false, seed: details.seed, runs: details.numRuns, broken: [], report: where };
  const reasons = found.map(({ property: rule, detail }) => `${rule}: ${detail}`);
  return {
    failed: true,
    seed: details.seed,
    runs: details.numRuns,
    broken: found.map(({ property: rule }) => rule),
    report: [`${where} counterexample:`, ...reasons, fc.stringify(details.counterexample)].join('\n'),
  };
}
