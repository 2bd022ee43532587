import { EMPTY, map, of, timer, type Observable } from 'rxjs';
import { asyncEgress, type EgressInfo } from '../../lib/index.js';
import { allButSettled, built, type Built } from './Built.js';
import { keyOf, nameOf, type Item } from './Item.js';
import type { EgressPlan, ServiceFault } from './Plan.js';
import { faultsBy, letters, readyOptions } from './readySteps.js';
import type { Trial } from './Trial.js';
import type { Visit } from './Visit.js';

type Answer = Item | undefined | PromiseLike<Item | undefined> | Observable<Item>;

/** A service that answers as its plan says: early, late, with an error, or never. */
class Service {
  private readonly tried = new Set<string>();
  private readonly faultOf: (item: Item) => ServiceFault | undefined;
  /** Calls that will never end, whatever they are told. */
  private deaf = 0;

  constructor(
    private readonly plan: EgressPlan,
    private readonly trial: Trial,
    private readonly visit: Visit,
  ) {
    this.faultOf = faultsBy(plan.faults);
  }

  get process(): (item: Item, info: EgressInfo) => Answer {
    if (this.plan.asks) return (item, { signal }) => this.answer(item, signal);
    return (item: Item) => this.answer(item, null);
  }

  readonly isRetryable = (error: unknown): boolean => !String(error).includes('isCondemned');

  /** Why a record may be given up: no other may be. */
  mayFail(item: Item): boolean {
    const fault = this.faultOf(item);
    if (this.plan.onKeyFailure === 'park' || this.plan.operationTimeoutMs !== null) return true;
    if (this.plan.totalTimeoutMs !== null) return true;
    return fault !== undefined && fault !== 'isEmpty' && (fault !== 'rejectsOnce' || this.plan.maxAttempts === 1);
  }

  isDropped(item: Item): boolean {
    return this.faultOf(item) === 'isEmpty';
  }

  private answer(item: Item, signal: AbortSignal | null): Answer {
    const { trial, visit } = this;
    trial.userCode(`${visit.name}: the service`, visit.alive);
    const fault = this.faultOf(item);
    const fails = () => {
      throw trial.inject(`${String(fault)} at ${nameOf(item)}`);
    };
    switch (fault) {
      case 'throws':
        return fails();
      case 'rejects':
      case 'isCondemned':
        return this.later(signal, fails);
      case 'rejectsOnce':
        if (this.tried.has(nameOf(item))) return this.succeed(item, signal);
        this.tried.add(nameOf(item));
        return this.later(signal, fails);
      case 'obeys':
      case 'ignores':
        return this.hang(signal, fault === 'obeys');
      case 'isEmpty':
        visit.empty(item);
        return EMPTY;
      default:
        return this.succeed(item, signal);
    }
  }

  /** Without a timeout the record waits for ever; with too many calls that do not end the stage does. */
  private hang(signal: AbortSignal | null, obeys: boolean): Promise<Item> {
    const { trial, visit, plan } = this;
    if (plan.operationTimeoutMs === null && plan.totalTimeoutMs === null) trial.stuck = true;
    const work = {};
    visit.works.set(work, signal);
    if (!obeys || signal === null) {
      if (++this.deaf > plan.maxConcurrentOperations) trial.stuck = true;
      return new Promise(() => undefined);
    }
    return new Promise((_, reject) => {
      signal.addEventListener('abort', () => {
        visit.works.delete(work);
        reject(trial.inject('aborted'));
      });
    });
  }

  private succeed(item: Item, signal: AbortSignal | null): Answer {
    switch (this.plan.answer) {
      case 'promise':
        return this.later(signal, () => item);
      case 'kept':
        return Promise.resolve(item);
      case 'undefined':
        return item.n % 2 === 0 ? undefined : this.later(signal, () => undefined);
      case 'observable':
        return item.n % 2 === 0 ? of(item) : timer(5, this.trial.timetable.clock).pipe(map(() => item));
      default:
        return item;
    }
  }

  private later<V>(signal: AbortSignal | null, settle: () => V): Promise<V> {
    const { works } = this.visit;
    const work = {};
    works.set(work, signal);
    return this.trial.timetable.later('call', () => {
      works.delete(work);
      return settle();
    });
  }
}

export function egressStep(plan: EgressPlan, trial: Trial, visit: Visit): Built {
  const { order, onKeyFailure, maxConcurrentOperations, maxAttempts, baseRetryDelayMs, jitter, seed } = plan;
  const service = new Service(plan, trial, visit);
  const perKey = (item: Item) => {
    trial.userCode(`${visit.name}: the key selector`, visit.alive);
    return keyOf(item);
  };
  const operator = asyncEgress<Item, Answer>({
    ...readyOptions(plan, trial),
    ...{ onKeyFailure, maxConcurrentOperations, maxAttempts, baseRetryDelayMs, jitter, seed },
    order: order === 'perKey' ? { perKey } : order,
    process: service.process,
    isRetryable: service.isRetryable,
    operationTimeoutMs: plan.operationTimeoutMs ?? undefined,
    totalTimeoutMs: plan.totalTimeoutMs ?? undefined,
    onDeadLetter: letters(visit, trial, (item) => service.mayFail(item)),
  });
  return built(operator, {
    isStage: true,
    leavesWithResult: true,
    order: maxConcurrentOperations === 1 && order === 'none' ? 'none' : order,
    model: () => allButSettled(visit).filter((item) => !service.isDropped(item)),
  });
}
