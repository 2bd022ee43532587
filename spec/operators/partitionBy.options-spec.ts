import { expect, describe, it } from '@jest/globals';
import { map, type Observable } from 'rxjs';
import { PipelineBackPressureController } from '../../lib/control/PipelineBackPressureController.js';
import { control } from '../../lib/operators/control.js';
import { partitionBy, PARTITION_BY_OPTIONS, type PartitionByOptions } from '../../lib/operators/partitionBy.js';
import { stage } from '../../lib/operators/stage.js';
import { run } from '../../lib/sinks/run.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { handFed } from '../../lib/testing/HandFed.js';
import { handGranted } from '../../lib/testing/HandGranted.js';
import { codeIn } from '../credit/support/errors.js';
import { never } from '../credit/support/waiting.js';
import { everyOption } from '../options/everyOption.js';
import { numbers, see } from './support/seen.js';
import { yieldsThrough } from './support/yieldsThrough.js';

type Options = Partial<PartitionByOptions<number>>;
const two = (options: Options = {}): PartitionByOptions<number> => ({ lanes: 2, keySelector: (n) => n, ...options });

/** How many of so many records a lane that never ends anything lets be taken from the source. */
const taken = (options: Options) => {
  const source = handFed(numbers(999));
  handGranted(source.pipe(partitionBy(two(options), (lane) => lane.pipe(stage(never, { capacity: 1 })))));
  return source.delivered;
};

describe('partitionBy under a controller', () => {
  it('a letter of a lane goes in again at the source, and comes to the same lane', async () => {
    const controller = new PipelineBackPressureController({ logger: 'off' });
    const tries = new Map<number, number[]>();
    const source = handFed<number>();
    const seen: number[] = [];
    const running = source
      .pipe(
        partitionBy(two({ lanes: 4 }), (lane, index) =>
          lane.pipe(
            stage(
              (n: number) => {
                const before = tries.get(n) ?? [];
                tries.set(n, [...before, index]);
                if (before.length === 0) throw new Error('first time');
                return n;
              },
              { onFailure: 'deadLetter' },
            ),
          ),
        ),
        control(controller),
      )
      .subscribe((n) => seen.push(n));
    source.send(1, 2, 3);
    expect(controller.deadLetters.size).toBe(3);
    await controller.deadLetters.redrive();
    expect(seen).toEqual([1, 2, 3]);
    expect([...tries.values()].every(([first, second]) => first === second)).toBe(true);
    const { in: entered, delivered, deadLettered } = controller.ledger();
    expect([entered, delivered, deadLettered]).toEqual([6, 3, 3]);
    running.unsubscribe();
    controller.close();
  });
});

everyOption('partitionBy', PARTITION_BY_OPTIONS, {
  name: {
    does: 'the stage is called so in the report',
    test: async () => {
      const named = async (options: Options) =>
        (await run(fromPull([1]).pipe(partitionBy(two(options), (lane) => lane)))).stages[0]?.stage;
      expect([await named({}), await named({ name: 'by customer' })]).toEqual(['partitionBy', 'by customer']);
    },
  },
  lanes: {
    does: 'so many lanes are made',
    test: () => {
      const made = (lanes: number) => {
        let count = 0;
        see(
          fromPull([1]).pipe(
            partitionBy(two({ lanes }), (lane) => {
              count++;
              return lane;
            }),
          ),
        );
        return count;
      };
      expect([made(1), made(7)]).toEqual([1, 7]);
    },
  },
  keySelector: {
    does: 'records of one key are in one lane',
    test: () => {
      const used = (keySelector: (n: number) => unknown) => {
        const lanes = new Set<number>();
        const numbered = partitionBy(two({ lanes: 5, keySelector }), (lane, index) =>
          lane.pipe(
            map((n) => {
              lanes.add(index);
              return n;
            }),
          ),
        );
        see(fromPull(numbers(200)).pipe(numbered));
        return lanes.size;
      };
      expect([used((n) => n), used(() => 'one')]).toEqual([5, 1]);
    },
  },
  laneCapacity: {
    does: 'so many records wait in a lane; 16 by default, and the capacity goes with it',
    test: () => expect([taken({}), taken({ laneCapacity: 1 })]).toEqual([32, 3]),
  },
  capacity: {
    does: 'so many records wait in all lanes together',
    test: () => expect([taken({ capacity: 5 }), taken({ capacity: 1 })]).toEqual([6, 2]),
  },
  scheduler: {
    does: 'what a lane yields to others comes from there',
    test: () =>
      expect(
        yieldsThrough((options) => partitionBy({ ...two(), lanes: 1, ...options }, (lane: Observable<number>) => lane)),
      ).toEqual([0, 1]),
  },
  onFailure: {
    does: 'a record without a key makes a dead letter, or fails the stream',
    test: async () => {
      const broken = (options: Options) =>
        fromPull([1]).pipe(partitionBy(two({ keySelector: () => undefined, ...options }), (lane) => lane));
      expect(codeIn((see(broken({})).seen[0] as { error: unknown }).error)).toBe('KEY');
      expect((await run(broken({ onFailure: 'deadLetter' }))).deadLettered).toBe(1);
    },
  },
  onDeadLetter: {
    does: 'is called with each letter',
    test: () => {
      const letters: unknown[] = [];
      const options = two({
        keySelector: () => undefined,
        onFailure: 'deadLetter',
        onDeadLetter: ({ value, code, stage: where }) => letters.push([value, code, where]),
      });
      expect(see(fromPull([1]).pipe(partitionBy(options, (lane) => lane))).seen).toEqual(['|']);
      expect(letters).toEqual([[1, 'KEY', 'partitionBy']]);
    },
  },
});
