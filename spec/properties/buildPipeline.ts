import { Observable } from 'rxjs';
import { control } from '../../lib/index.js';
import type { Item } from './Item.js';
import { linkStep } from './linkSteps.js';
import type { Plan, StepPlan } from './Plan.js';
import { probe } from './Probe.js';
import { sourceOf } from './sources.js';
import { stageStep, type StageMaker } from './stageSteps.js';
import { capacityOf, growthOf, isStage } from './traits.js';
import type { Trial } from './Trial.js';
import { Visit } from './Visit.js';

/** The pipeline of a plan, with a probe above and below each step. */
export function buildPipeline({ source, steps }: Plan, trial: Trial, make: StageMaker): Observable<Item> {
  const all: readonly StepPlan[] = source.kind === 'push' ? [source.policy, ...steps] : steps;
  let flow = sourceOf(source, trial);
  for (const [index, plan] of all.entries()) flow = addStep(flow, plan, index, excessAt(all, index), trial, make);
  return trial.governor === null ? flow : flow.pipe(control(trial.governor.controller));
}

/** Each subscription of the step is a visit of its own. */
function addStep(
  above: Observable<Item>,
  plan: StepPlan,
  index: number,
  { allowance, overflows, released }: Excess,
  trial: Trial,
  make: StageMaker,
): Observable<Item> {
  return new Observable((target) => {
    const visit = new Visit(trial, index, allowance, released);
    const step = isStage(plan) ? stageStep(plan, trial, visit, make) : linkStep(plan, trial, visit);
    visit.built = step;
    if (overflows) visit.failures.add('OVERFLOW');
    const flow = step.operator(probe(above, visit.watchInput));
    return probe(flow, visit.watchOutput).subscribe(target);
  });
}

interface Excess {
  /** How many records too many the link above may bring: what one delivery becomes, and what is there at once. */
  readonly allowance: number;
  /** Records that nobody asked for may find no place. */
  readonly overflows: boolean;
  /** Records that an operator releases when it is told to complete: they wait until complete has come. */
  readonly released: number;
}

function excessAt(steps: readonly StepPlan[], index: number): Excess {
  let growth = 1;
  let times = 1;
  let unasked = 0;
  let released = 0;
  for (let above = index - 1; above >= 0; above--) {
    const step = steps[above];
    if (step === undefined) break;
    growth *= growthOf(step);
    if (step.kind === 'repeat' || step.kind === 'retry') times *= step.size + 1;
    if (step.kind === 'takeUntil') released = growth;
    if (step.kind === 'startWith') unasked += growth * times;
    if (isStage(step)) break;
  }
  const here = steps[index];
  const places = here !== undefined && isStage(here) ? capacityOf(here) : 0;
  return {
    allowance: growth === 1 ? unasked : growth + unasked,
    overflows: unasked > 0 && unasked >= places,
    released,
  };
}
