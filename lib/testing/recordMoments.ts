import { Observable, type Observer, type VirtualTimeScheduler } from 'rxjs';
import { completeAt, errorAt, nextAt, type Moment } from './marbles/Moment.js';

/** An observer that notes what it is told and when, in milliseconds since `start`. Inner Observables are noted too. */
export function recordMoments(scheduler: VirtualTimeScheduler, moments: Moment[], start = 0): Observer<unknown> {
  return {
    next: (value) => {
      moments.push(nextAt(scheduler.frame - start, inner(scheduler, value)));
    },
    error: (error) => {
      moments.push(errorAt(scheduler.frame - start, error));
    },
    complete: () => {
      moments.push(completeAt(scheduler.frame - start));
    },
  };
}

function inner(scheduler: VirtualTimeScheduler, value: unknown): unknown {
  if (!(value instanceof Observable)) return value;
  const moments: Moment[] = [];
  value.subscribe(recordMoments(scheduler, moments, scheduler.frame));
  return moments;
}
