import type { VirtualTimeScheduler } from 'rxjs';
import { dateTimestampProvider } from 'rxjs/internal/scheduler/dateTimestampProvider';
import { immediateProvider } from 'rxjs/internal/scheduler/immediateProvider';
import { intervalProvider } from 'rxjs/internal/scheduler/intervalProvider';
import { performanceTimestampProvider } from 'rxjs/internal/scheduler/performanceTimestampProvider';
import { timeoutProvider } from 'rxjs/internal/scheduler/timeoutProvider';
import { virtualTimers } from './virtualTimers.js';

let holder: VirtualTimeScheduler | null = null;

/**
 * Gives RxJS's clock and timers to `scheduler` until the returned function is called. There is one clock for all of
 * RxJS, so only one run can hold it.
 */
export function takeOverTime(scheduler: VirtualTimeScheduler): () => void {
  if (holder !== null) {
    throw new Error('FlowTestScheduler.run: another run has not ended; await each run before the next one starts');
  }
  holder = scheduler;
  const { immediate, interval, timeout } = virtualTimers(scheduler);
  dateTimestampProvider.delegate = performanceTimestampProvider.delegate = scheduler;
  immediateProvider.delegate = immediate;
  intervalProvider.delegate = interval;
  timeoutProvider.delegate = timeout;
  return () => {
    holder = null;
    dateTimestampProvider.delegate = performanceTimestampProvider.delegate = undefined;
    immediateProvider.delegate = undefined;
    intervalProvider.delegate = undefined;
    timeoutProvider.delegate = undefined;
  };
}
