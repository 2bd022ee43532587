import { delay, finalize, mergeMap, Observable, observeOn, type OperatorFunction } from 'rxjs';
import {
  batch,
  boundary,
  expandStage,
  onBackpressureBuffer,
  onBackpressureDrop,
  onBackpressureLatest,
  type DeadLetter,
  type StageInfo,
  type StageProjectOptions,
} from '../../lib/index.js';
import { built, lastCompleted, type Built } from './Built.js';
import { childrenOf, nameOf, type Item } from './Item.js';
import type { BatchPlan, BoundaryPlan, ExpandPlan, PolicyPlan, StagePlan, StageStepPlan } from './Plan.js';
import { egressStep } from './egressStep.js';
import { Pull } from './Pull.js';
import { gatewayStep, ingressStep, keyGenStep } from './readySteps.js';
import { sinkStep } from './sinkStep.js';
import { StageProject, type Answer } from './StageProject.js';
import { capacityOf } from './traits.js';
import type { Trial } from './Trial.js';
import { allInputs, type Visit } from './Visit.js';

/** How a stage is made: the seeded bugs put one of their own here. */
export interface StageMaker {
  (project: (item: Item, info: StageInfo) => Answer, options: StageProjectOptions<Item>): OperatorFunction<Item, Item>;
  /** It tries a failed record once more. */
  readonly retries?: boolean;
}

export function stageStep(plan: StageStepPlan, trial: Trial, visit: Visit, make: StageMaker): Built {
  switch (plan.kind) {
    case 'stage':
      return projectStep(plan, trial, visit, make);
    case 'expandStage':
      return expandStep(plan, trial, visit);
    case 'batch':
      return batchStep(plan, trial);
    case 'boundary':
      return boundaryStep(plan, trial);
    case 'policy':
      return policyStep(plan, visit);
    case 'gateway':
      return gatewayStep(plan, trial);
    case 'keyGen':
      return keyGenStep(plan, trial, visit);
    case 'ingressProcessing':
      return ingressStep(plan, trial, visit);
    case 'asyncEgress':
      return egressStep(plan, trial, visit);
    case 'finalSink':
      return sinkStep(plan, trial, visit);
  }
}

function projectStep(plan: StagePlan, trial: Trial, visit: Visit, make: StageMaker): Built {
  const { concurrency, capacity, onFailure, order } = plan;
  const work = new StageProject(plan, trial, visit, make.retries === true);
  const operator = make(work.project, {
    concurrency,
    capacity,
    onFailure,
    order: order === 'perKey' ? { perKey: work.perKey } : order,
    scheduler: trial.timetable.clock,
    onDeadLetter: deadLetters(visit),
  });
  const passes = (item: Item) => {
    const fault = work.faultOf(item);
    return fault === undefined || (fault === 'rejectsOnce' && make.retries === true);
  };
  return built(operator, {
    isStage: true,
    leavesWithResult: true,
    order: concurrency === 1 && order === 'none' ? 'input' : order,
    model: () => allInputs(visit).filter(passes),
  });
}

function deadLetters(visit: Visit): (letter: DeadLetter) => void {
  return ({ value }) => {
    visit.settled(value as Item, 'deadLettered');
  };
}

function expandStep(plan: ExpandPlan, trial: Trial, visit: Visit): Built {
  const { size, inner, concurrency, capacity, onFailure } = plan;
  const faults = new Map(plan.faults.map(({ n, fault }) => [n, fault]));
  const inject = (item: Item) => {
    const error = trial.inject(`expansion of ${nameOf(item)}`);
    visit.failures.add(error);
    if (onFailure === 'error') visit.let(item);
    return error;
  };
  const open = (item: Item): Iterable<Item> | AsyncIterable<Item> | Observable<Item> => {
    trial.userCode(`${visit.name}: the project`, visit.alive);
    const fault = faults.get(item.n);
    if (fault === 'throws') throw inject(item);
    const children = childrenOf(item, size);
    const leaves = () => {
      // One that fails is held until its letter is safe.
      if (fault === undefined) visit.let(item);
    };
    if (inner === 'observable' && size <= capacity) {
      // A plain Observable is buffered: it has ended before the stage is done with it.
      return new Observable<Item>((target) => {
        for (const child of fault === undefined ? children : children.slice(0, 1)) target.next(child);
        visit.empty(item);
        if (fault === undefined) target.complete();
        else target.error(inject(item));
      }).pipe(finalize(() => visit.empty(item)));
    }
    const give = (index: number) => {
      if (fault !== undefined && index === 1) throw inject(item);
      return children[index];
    };
    const pull = new Pull(trial, give, null, false).whenEnded(leaves);
    return inner === 'asyncIterable' ? pull.asyncIterable : pull.iterable;
  };
  const operator = expandStage(open, { concurrency, capacity, onFailure, onDeadLetter: deadLetters(visit) });
  return built(operator, {
    isStage: true,
    atOnce: concurrency,
    order: concurrency === 1 ? 'input' : 'none',
    model: () =>
      allInputs(visit).flatMap((item) => {
        const fault = faults.get(item.n);
        if (fault === 'throws') return [];
        const children = childrenOf(item, size);
        return fault === undefined ? children : children.slice(0, 1);
      }),
    parentOf: parentName,
  });
}

export function parentName({ root, path }: Item): string {
  return `${String(root)}${path.slice(0, path.lastIndexOf('.'))}`;
}

function batchStep(plan: BatchPlan, trial: Trial): Built {
  const { maxSize, maxWaitMs, capacity } = plan;
  const { clock: scheduler } = trial.timetable;
  const gather = batch<Item>({ maxSize, capacity, scheduler, maxWaitMs: maxWaitMs ?? undefined });
  const operator: OperatorFunction<Item, Item> = (source) => gather(source).pipe(mergeMap((items) => items));
  return built(operator, { isStage: true, leavesWithResult: true, atOnce: maxSize });
}

function boundaryStep({ operator, ms, inFlight }: BoundaryPlan, trial: Trial): Built {
  const { clock } = trial.timetable;
  const inside = operator === 'delay' ? delay<Item>(ms, clock) : observeOn<Item>(clock, ms);
  return built(boundary(inside, { inFlight, scheduler: clock }), { isStage: true, leavesWithResult: true });
}

/** What it drops it tells; a source that can be stopped loses nothing. */
function policyStep(plan: PolicyPlan, visit: Visit): Built {
  const { policy, overflow } = plan;
  const capacity = capacityOf(plan);
  const onDrop = (item: Item) => {
    visit.settled(item, 'rejected');
  };
  if (policy === 'buffer' && overflow === 'error') visit.failures.add('OVERFLOW');
  const operator: OperatorFunction<Item, Item> = (source) => {
    if (policy === 'drop') return onBackpressureDrop(source, { onDrop });
    if (policy === 'latest') return source.pipe(onBackpressureLatest({ onDrop }));
    return onBackpressureBuffer(source, { capacity, overflow, onDrop });
  };
  return built(operator, {
    isStage: true,
    leavesWithResult: true,
    // One comes in while another is dropped for it.
    atOnce: 2,
    model: () => allInputs(visit).filter((item) => visit.settledHere.get(nameOf(item)) !== 'rejected'),
    mayComplete: lastCompleted,
  });
}
