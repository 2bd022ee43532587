import {
  bufferCount,
  concatMap,
  concatWith,
  filter,
  map,
  mergeAll,
  mergeMap,
  mergeWith,
  Observable,
  repeat,
  retry,
  startWith,
  Subscriber,
  switchMap,
  take,
  takeUntil,
  timer,
  type OperatorFunction,
} from 'rxjs';
import { discoverCredit } from '../../lib/credit/discovery.js';
import { fromPull, inline, withRecord } from '../../lib/index.js';
import { built, lastCompleted, type Built } from './Built.js';
import { childrenOf, type Item } from './Item.js';
import type { InnerKind, LinkPlan } from './Plan.js';
import { Pull } from './Pull.js';
import { parentName } from './stageSteps.js';
import type { Trial } from './Trial.js';
import { allInputs, type Visit } from './Visit.js';

/** RxJS's own operators between the stages. */
export function linkStep(plan: LinkPlan, trial: Trial, visit: Visit): Built {
  const called = (what: string) => {
    trial.userCode(`${visit.name}: ${what}`, visit.alive);
  };
  switch (plan.kind) {
    case 'map':
      return built(
        map((item: Item) => {
          called('map');
          return item;
        }),
      );
    case 'filter': {
      const keeps = ({ n }: Item) => n % plan.size !== 0;
      const operator = filter((item: Item) => {
        called('filter');
        return keeps(item);
      });
      return built(operator, { model: () => allInputs(visit).filter(keeps) });
    }
    case 'withRecord':
      return built((source) =>
        source.pipe(
          withRecord(),
          map(({ value }) => value),
        ),
      );
    case 'inline':
      return built(inline(handWritten));
    case 'startWith': {
      const first = trial.fresh(0);
      return built(startWith(first), { model: () => [first, ...allInputs(visit)] });
    }
    case 'bufferCount':
      return built((source) => source.pipe(bufferCount(plan.size), mergeAll()));
    case 'mergeArray':
      return expanding(
        mergeMap((item: Item) => childrenOf(item, plan.size)),
        plan.size,
        visit,
      );
    case 'take':
      return built(take(plan.size), {
        model: () => allInputs(visit).slice(0, plan.size),
        mayComplete: () => lastCompleted(visit) || visit.outputs.length === plan.size,
      });
    case 'takeUntil':
      return built(takeUntil(timer(plan.ms, trial.timetable.clock)), { mayComplete: () => true });
    case 'repeat':
      return built(repeat<Item>(plan.size));
    case 'retry':
      return built(retry<Item>(plan.size));
    default:
      return flowStep(plan, trial, visit);
  }
}

type FlowPlan = Extract<LinkPlan, { readonly inner: InnerKind }>;

/** Operators that bring flows of their own into the link. */
function flowStep(plan: FlowPlan, trial: Trial, visit: Visit): Built {
  const { kind, size, inner } = plan;
  /** What came in again, because it was sent in again from the dead letters. */
  const again: Item[] = [];
  const flowOf = (items: readonly Item[]) => pulled(trial, inner, (index) => items[index], false, again);
  if (kind === 'mergeWith' || kind === 'concatWith') {
    const others = Array.from({ length: size }, (_, n) => trial.fresh(n));
    const operator: OperatorFunction<Item, Item> =
      kind === 'mergeWith' ? mergeWith(flowOf(others)) : concatWith(flowOf(others));
    return built(operator, { order: 'none', model: () => [...allInputs(visit), ...others, ...again] });
  }
  const open = (item: Item) => {
    trial.userCode(`${visit.name}: the project`, visit.alive);
    return flowOf(childrenOf(item, size));
  };
  if (kind === 'concatMap') return expanding(concatMap(open), size, visit);
  if (kind === 'mergeMap') return { ...expanding(mergeMap(open, plan.concurrency), size, visit), order: 'none' };
  return built(switchMap(open), { order: 'none', model: () => null, parentOf: parentName });
}

function expanding(operator: OperatorFunction<Item, Item>, size: number, visit: Visit): Built {
  const model = () => allInputs(visit).flatMap((item) => childrenOf(item, size));
  return built(operator, { model, parentOf: parentName });
}

/** A flow that knows the credit it draws on. */
export function pulled(
  trial: Trial,
  kind: InnerKind,
  give: (index: number) => Item | undefined,
  returnThrows = false,
  again: Item[] = [],
): Observable<Item> {
  return new Observable((target) => {
    const { account } = discoverCredit(target);
    const input = () => {
      const pull = new Pull(trial, give, account, returnThrows);
      return kind === 'iterable' ? pull.iterable : pull.asyncIterable;
    };
    const given = (item: Item) => {
      const named = trial.given(item);
      if (named !== item) again.push(named);
      return named;
    };
    return fromPull(input).pipe(map(given)).subscribe(target);
  });
}

/** As users write them: with an observer of their own, which cuts the chain. */
function handWritten(source: Observable<Item>): Observable<Item> {
  return new Observable((target) => {
    const inner = new Subscriber<Item>({
      next: (item: Item) => {
        target.next(item);
      },
      error: (error: unknown) => {
        target.error(error);
      },
      complete: () => {
        target.complete();
      },
    } as Subscriber<Item>);
    target.add(inner);
    source.subscribe(inner);
  });
}
