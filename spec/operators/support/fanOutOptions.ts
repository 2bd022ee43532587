import { expect } from '@jest/globals';
import { filter, merge, VirtualTimeScheduler, type Observable, type SchedulerLike } from 'rxjs';
import { DELIVERIES_BEFORE_YIELD } from '../../../lib/credit/Producer.js';
import { stage } from '../../../lib/operators/stage.js';
import { run } from '../../../lib/sinks/run.js';
import { fromPull } from '../../../lib/sources/fromPull.js';
import { handFed } from '../../../lib/testing/HandFed.js';
import { handGranted } from '../../../lib/testing/HandGranted.js';
import type { OptionTest } from '../../options/everyOption.js';
import { numbers, see } from './seen.js';

interface Options {
  readonly branches: number;
  readonly name?: string;
  readonly capacity?: number;
  readonly scheduler?: SchedulerLike;
}

/** The options that both fan-outs have, each with the test that changes it alone. */
export const fanOutOptions = (
  name: string,
  fanOut: (source: Observable<number>, options: Options) => Observable<number>,
): Record<string, OptionTest> => ({
  branches: {
    does: 'so many subscriptions start the source',
    test: () => {
      const started = (branches: number) => {
        const source = handFed<number>();
        const flow = fanOut(source, { branches });
        return numbers(3).map(() => {
          see(flow);
          return source.feeds.length;
        });
      };
      expect([started(1), started(3)]).toEqual([
        [1, 1, 1],
        [0, 0, 1],
      ]);
    },
  },
  capacity: {
    does: 'so many records are held',
    test: () => {
      const held = (capacity?: number) => {
        const source = handFed(numbers(999));
        handGranted(fanOut(source, { branches: 1, ...(capacity !== undefined && { capacity }) }));
        return source.delivered;
      };
      expect([held(), held(3)]).toEqual([256, 3]);
    },
  },
  name: {
    does: 'the stage is called so in the report',
    test: async () => {
      const named = async (more: { name?: string }) =>
        (await run(fanOut(fromPull([1]), { branches: 1, ...more }))).stages[0]?.stage;
      expect([await named({}), await named({ name: 'fan' })]).toEqual([name, 'fan']);
    },
  },
  scheduler: {
    does: 'what it yields to others comes from there',
    test: () => {
      const timers = (given: boolean) => {
        const scheduler = new VirtualTimeScheduler();
        const source = fromPull(numbers(2 * DELIVERIES_BEFORE_YIELD + 10));
        const flow = fanOut(source, { branches: 2, ...(given && { scheduler }) });
        const nothing = flow.pipe(
          filter(() => false),
          stage((n: number) => n),
        );
        const running = merge(nothing, nothing).subscribe();
        const { length } = scheduler.actions;
        running.unsubscribe();
        return length > 0;
      };
      expect([timers(false), timers(true)]).toEqual([false, true]);
    },
  },
});
