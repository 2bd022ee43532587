import { EMPTY, map, of, timer, type Observable } from 'rxjs';
import type { StageInfo } from '../../lib/index.js';
import { keyOf, nameOf, type Item } from './Item.js';
import type { Fault, StagePlan } from './Plan.js';
import type { Trial } from './Trial.js';
import type { Visit } from './Visit.js';

export type Answer = Item | PromiseLike<Item> | Observable<Item>;

const MIXED = ['value', 'promise', 'observable'] as const;

/** The user's part of a stage: answers as its plan says, and fails where its plan says. */
export class StageProject {
  private readonly faults: ReadonlyMap<number, Fault>;
  private readonly tried = new Set<string>();
  private readonly recovering = new Set<string>();

  constructor(
    private readonly plan: StagePlan,
    private readonly trial: Trial,
    private readonly visit: Visit,
    /** The stage tries rejected work once more. */
    private readonly retries: boolean,
  ) {
    this.faults = new Map(plan.faults.map(({ n, fault }) => [n, fault]));
  }

  /** A project with two parameters asks for contexts, one with a single parameter does not. */
  get project(): (item: Item, info: StageInfo) => Answer {
    if (this.plan.asks) return (item, { signal }) => this.answer(item, signal);
    return (item: Item) => this.answer(item, null);
  }

  readonly perKey = (item: Item): number => {
    this.trial.userCode(`${this.visit.name}: the key selector`, this.visit.alive);
    if (this.faultOf(item) === 'selectorThrows') throw this.failure('selectorThrows', item);
    return keyOf(item);
  };

  faultOf({ n }: Item): Fault | undefined {
    const fault = this.faults.get(n);
    return fault === 'selectorThrows' && this.plan.order !== 'perKey' ? 'throws' : fault;
  }

  private answer(item: Item, signal: AbortSignal | null): Answer {
    const { trial, visit } = this;
    trial.userCode(`${visit.name}: the project`, visit.alive);
    const fault = this.faultOf(item);
    switch (fault) {
      case 'throws':
        throw this.failure(fault, item);
      case 'rejects':
      case 'rejectsUndefined':
        return this.later(signal, () => this.fail(fault, item));
      case 'rejectsOnce':
        if (this.tried.has(nameOf(item))) return this.succeed(item, signal);
        this.tried.add(nameOf(item));
        return this.later(signal, () => this.fail(fault, item));
      case 'never':
        trial.stuck = true;
        visit.works.set({}, signal);
        return new Promise(() => {});
      case 'empty':
        visit.empty(item);
        return EMPTY;
      default:
        return this.succeed(item, signal);
    }
  }

  private succeed(item: Item, signal: AbortSignal | null): Answer {
    const { answer } = this.plan;
    switch (answer === 'mixed' ? MIXED[item.n % MIXED.length] : answer) {
      case 'promise':
        return this.later(signal, () => item);
      case 'kept':
        return Promise.resolve(item);
      case 'observable':
        return item.n % 2 === 0 ? of(item) : timer(5, this.trial.timetable.clock).pipe(map(() => item));
      default:
        return item;
    }
  }

  private later(signal: AbortSignal | null, settle: () => Item): Promise<Item> {
    const { works } = this.visit;
    const work = {};
    works.set(work, signal);
    return this.trial.timetable.later('work', () => {
      works.delete(work);
      return settle();
    });
  }

  private fail(fault: Fault, item: Item): never {
    throw this.failure(fault, item);
  }

  private failure(fault: Fault, item: Item): unknown {
    const error = fault === 'rejectsUndefined' ? undefined : this.trial.inject(`${fault} at ${nameOf(item)}`);
    this.trial.injected.add(error);
    this.visit.failures.add(error);
    if (this.mayRecover(fault, item)) return error;
    // Nobody is told which record ended the stage: it is settled first, and then the stage ends.
    if (this.plan.onFailure === 'error') this.visit.let(item);
    return error;
  }

  /** It has another try. */
  private mayRecover(fault: Fault, item: Item): boolean {
    if (!this.retries || !fault.startsWith('rejects')) return false;
    const first = !this.recovering.has(nameOf(item));
    this.recovering.add(nameOf(item));
    return first;
  }
}
