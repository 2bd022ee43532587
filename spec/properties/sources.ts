import { map, Observable } from 'rxjs';
import { fromPull } from '../../lib/index.js';
import type { Item } from './Item.js';
import { pulled } from './linkSteps.js';
import type { PushPlan, SourcePlan } from './Plan.js';
import type { Trial } from './Trial.js';

/** The source of a plan. Each subscription gives values of its own. */
export function sourceOf(plan: SourcePlan, trial: Trial): Observable<Item> {
  const { count, failAt } = plan;
  const give = (index: number) => {
    if (index === failAt) throw trial.inject('the source fails');
    return index < count ? trial.fresh(index) : undefined;
  };
  switch (plan.kind) {
    case 'push':
      return pushed(plan, trial, give);
    case 'array':
      return fromPull(() => Array.from({ length: count }, (_, n) => trial.fresh(n))).pipe(map(trial.given));
    default:
      return pulled(trial, plan.kind, give, plan.returnThrows);
  }
}

/** A source that cannot stop: it pushes whenever its turn comes. */
function pushed({ burst }: PushPlan, trial: Trial, give: (index: number) => Item | undefined): Observable<Item> {
  return new Observable((target) => {
    let index = 0;
    const push = () => {
      for (let left = burst; left > 0 && !target.closed; left--) {
        const item = give(index++);
        if (item === undefined) target.complete();
        else target.next(item);
      }
      if (!target.closed) void next();
    };
    const next = () =>
      trial.timetable.later('push', () => {
        try {
          push();
        } catch (error) {
          target.error(error);
        }
      });
    void next();
  });
}
