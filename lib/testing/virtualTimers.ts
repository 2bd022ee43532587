import type { Subscription, VirtualTimeScheduler } from 'rxjs';

type Kind = 'immediate' | 'interval' | 'timeout';

interface Timer {
  readonly period: number;
  readonly handler: () => void;
  due: number;
  action: Subscription;
}

interface Delegate<Set extends string, Clear extends string> {
  readonly set: Set;
  readonly clear: Clear;
}

type TimerFunctions<D extends Delegate<string, string>> = Record<
  D['set'],
  (handler: () => void, ms?: number) => number
> &
  Record<D['clear'], (handle: unknown) => void>;

/** What stands in for the timers of the platform while a virtual run goes on. */
export interface VirtualTimers {
  readonly immediate: TimerFunctions<Delegate<'setImmediate', 'clearImmediate'>>;
  readonly interval: TimerFunctions<Delegate<'setInterval', 'clearInterval'>>;
  readonly timeout: TimerFunctions<Delegate<'setTimeout', 'clearTimeout'>>;
}

/** In the order in which timers that are due at the same time run, as in a real event loop. */
const KINDS: readonly Kind[] = ['immediate', 'interval', 'timeout'];

/** The timers that RxJS asks for, kept on a virtual clock. */
export function virtualTimers(scheduler: VirtualTimeScheduler): VirtualTimers {
  const timers = {
    immediate: new Map<unknown, Timer>(),
    interval: new Map<unknown, Timer>(),
    timeout: new Map<unknown, Timer>(),
  };
  let lastHandle = 0;

  const start = (kind: Kind, handler: () => void, period: number): number => {
    const handle = ++lastHandle;
    const due = scheduler.now() + period;
    timers[kind].set(handle, { period, handler, due, action: scheduler.schedule(runNext, period) });
    return handle;
  };

  const clear = (handle: unknown): void => {
    for (const kind of KINDS) {
      timers[kind].get(handle)?.action.unsubscribe();
      timers[kind].delete(handle);
    }
  };

  /** Each scheduled action runs one timer, and not always its own: an immediate goes before an interval. */
  const runNext = (): void => {
    const now = scheduler.now();
    for (const kind of KINDS) {
      for (const [handle, timer] of timers[kind]) {
        if (timer.due > now) continue;
        if (kind === 'interval') {
          timer.due = now + timer.period;
          timer.action = scheduler.schedule(runNext, timer.period);
        } else timers[kind].delete(handle);
        timer.handler();
        return;
      }
    }
  };

  return {
    immediate: { setImmediate: (handler) => start('immediate', handler, 0), clearImmediate: clear },
    interval: { setInterval: (handler, ms = 0) => start('interval', handler, ms), clearInterval: clear },
    timeout: { setTimeout: (handler, ms = 0) => start('timeout', handler, ms), clearTimeout: clear },
  };
}
