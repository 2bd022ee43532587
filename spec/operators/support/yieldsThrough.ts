import {
  filter,
  VirtualTimeScheduler,
  type MonoTypeOperatorFunction,
  type OperatorFunction,
  type SchedulerLike,
} from 'rxjs';
import { DELIVERIES_BEFORE_YIELD } from '../../../lib/credit/Producer.js';
import { stage } from '../../../lib/operators/stage.js';
import { fromPull } from '../../../lib/sources/fromPull.js';

/**
 * Whether what `operator` hands on makes it yield through a scheduler of its own. More records than it delivers in a
 * row go into a filter below it, so that none of them arrives anywhere (C7).
 */
export function yieldsThrough(operator: (options: { scheduler?: SchedulerLike }) => OperatorFunction<number, unknown>) {
  const timersOf = (given: boolean) => {
    const scheduler = new VirtualTimeScheduler();
    const nothing: MonoTypeOperatorFunction<unknown> = filter(() => false);
    const running = fromPull(Array.from({ length: DELIVERIES_BEFORE_YIELD + 10 }, (_, n) => n))
      .pipe(
        operator(given ? { scheduler } : {}),
        nothing,
        stage((value) => value),
      )
      .subscribe();
    const timers = scheduler.actions.length;
    running.unsubscribe();
    return timers;
  };
  return [timersOf(false), timersOf(true)];
}
