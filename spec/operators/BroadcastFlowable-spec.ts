import { describe, expect, it } from '@jest/globals';
import { merge, type SchedulerLike } from 'rxjs';
import { broadcast } from '../../lib/operators/broadcast.js';
import { BRANCH_OPTIONS, type BranchOptions } from '../../lib/operators/BroadcastFlowable.js';
import { run } from '../../lib/sinks/run.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { handFed } from '../../lib/testing/HandFed.js';
import { handGranted } from '../../lib/testing/HandGranted.js';
import { messageIn, thrownBy } from '../credit/support/errors.js';
import { everyOption } from '../options/everyOption.js';
import { numbers, see } from './support/seen.js';
import { yieldsThrough } from './support/yieldsThrough.js';

/** A branch that takes nothing beside one that takes all, and what became of both. */
const beside = (options: BranchOptions<number>) => {
  const source = handFed(numbers(999));
  const flow = broadcast(source, { branches: 2, capacity: 2 });
  const slow = handGranted(flow.branch(options));
  handGranted(flow).grantAll();
  const { ending } = slow;
  slow.grantAll();
  return { given: source.delivered, ending, received: slow.received };
};

everyOption('branch', BRANCH_OPTIONS, {
  capacity: {
    does: 'so many records wait for the branch',
    test: () => {
      const waiting = (options: BranchOptions<number>) =>
        beside({ overflow: 'dropNewest', ...options }).received.length;
      expect([waiting({}), waiting({ capacity: 3 })]).toEqual([256, 3]);
    },
  },
  overflow: {
    does: 'says who waits, what is dropped, or that the branch ends',
    test: () => {
      const outcome = (overflow?: 'wait' | 'dropOldest' | 'dropNewest' | 'disconnect') => {
        const { ending, received } = beside({ capacity: 2, ...(overflow !== undefined && { overflow }) });
        return [received.length, received[0], ending?.kind];
      };
      expect([outcome(), outcome('wait')]).toEqual(Array(2).fill([999, 0, undefined]));
      expect([outcome('dropOldest'), outcome('dropNewest'), outcome('disconnect')]).toEqual([
        [2, 997, undefined],
        [2, 0, undefined],
        [0, undefined, 'error'],
      ]);
    },
  },
  onDrop: {
    does: 'is told each value that is dropped; what it throws fails the branch alone',
    test: () => {
      const dropped: number[] = [];
      beside({ capacity: 2, overflow: 'dropNewest', onDrop: (n) => dropped.push(n) });
      expect(dropped).toEqual(numbers(999).slice(2));
      const onDrop = () => {
        throw new Error('no');
      };
      expect(beside({ capacity: 2, overflow: 'dropNewest', onDrop })).toMatchObject({
        given: 999,
        ending: { kind: 'error', error: new Error('no') },
      });
    },
  },
  name: {
    does: 'the queue is called so in the report',
    test: async () => {
      const named = async (options: BranchOptions<number>) => {
        const flow = broadcast(fromPull([1]), { branches: 2 });
        return (await run(merge(flow, flow.branch(options)))).stages.map(({ stage }) => stage);
      };
      expect([await named({}), await named({ name: 'view' })]).toEqual([
        ['broadcast', 'branch'],
        ['broadcast', 'view'],
      ]);
    },
  },
  scheduler: {
    does: 'what it yields to others comes from there',
    test: () => {
      const branch = (options: { scheduler?: SchedulerLike }) => (source: Parameters<typeof broadcast<number>>[0]) =>
        broadcast(source, { branches: 1 }).branch(options);
      expect(yieldsThrough(branch)).toEqual([0, 1]);
    },
  },
});

describe('a branch', () => {
  it('names an option that it does not know, and a policy that there is not', () => {
    const flow = broadcast(fromPull([1]), { branches: 1 });
    expect(messageIn(thrownBy(() => flow.branch({ size: 3 } as object)))).toContain(
      "branch: there is no option 'size'",
    );
    expect(messageIn(thrownBy(() => flow.branch({ overflow: 'error' } as object)))).toBe(
      `branch: option overflow is "error"; give 'wait', 'dropOldest', 'dropNewest' or 'disconnect'`,
    );
    expect(messageIn(thrownBy(() => broadcast(fromPull([1]), {} as never)))).toContain(
      'broadcast: option branches is undefined',
    );
  });

  it('C18: each of its subscriptions is a branch with a queue of its own', () => {
    const flow = broadcast(fromPull(numbers(3)), { branches: 2 });
    const branch = flow.branch({ capacity: 1, overflow: 'dropOldest' });
    const [one, other] = [see(branch), see(branch)];
    expect([one.seen, other.seen]).toEqual(Array(2).fill([0, 1, 2, '|']));
  });
});
