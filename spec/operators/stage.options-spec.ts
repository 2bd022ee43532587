import { expect } from '@jest/globals';
import { mergeMap, range, Subject, VirtualTimeScheduler } from 'rxjs';
import { stage, STAGE_OPTIONS, type StageProjectOptions } from '../../lib/operators/stage.js';
import { run } from '../../lib/sinks/run.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { handFed } from '../../lib/testing/HandFed.js';
import { codeIn } from '../credit/support/errors.js';
import { never } from '../credit/support/waiting.js';
import { everyOption } from '../options/everyOption.js';
import { numbers, see } from './support/seen.js';
import { Works } from './support/Works.js';

type Options = StageProjectOptions<number>;

const failing = (): never => {
  throw new Error('no');
};

everyOption('stage', STAGE_OPTIONS, {
  name: {
    does: 'the stage is called so in the report',
    test: async () => {
      const named = async (options: Options) =>
        (await run(fromPull([1]).pipe(stage(failing, options)))).stages[0]?.stage;
      const base = { onFailure: 'deadLetter' } as const;
      expect([await named(base), await named({ ...base, name: 'save' })]).toEqual(['stage', 'save']);
    },
  },
  capacity: {
    does: 'so many records are taken in',
    test: () => {
      const taken = (options: Options) => {
        const source = handFed(numbers(999));
        see(source.pipe(stage(never, options)));
        return source.delivered;
      };
      expect([taken({}), taken({ capacity: 5 })]).toEqual([256, 5]);
    },
  },
  scheduler: {
    does: 'the time in dead letters comes from it',
    test: async () => {
      const scheduler = new VirtualTimeScheduler();
      scheduler.frame = 1234;
      const at = async (options: Options) => {
        const { deadLetters } = await run(fromPull([1]).pipe(stage(failing, { onFailure: 'deadLetter', ...options })));
        return deadLetters[0]?.firstAt;
      };
      expect(await at({})).toBeGreaterThan(1e12);
      expect(await at({ scheduler })).toBe(1234);
    },
  },
  concurrency: {
    does: 'so many records are in work',
    test: () => {
      const begun = (options: Options) => {
        const works = new Works<number>();
        see(fromPull(numbers(9)).pipe(stage(works.start, options)));
        return works.begun.length;
      };
      expect([begun({}), begun({ concurrency: 4 })]).toEqual([1, 4]);
    },
  },
  order: {
    does: 'the results leave in that order',
    test: async () => {
      const order = async (options: Options) => {
        const works = new Works<number>();
        const { seen } = see(fromPull([10, 20, 11]).pipe(stage(works.start, { concurrency: 3, ...options })));
        for (const n of [11, 20, 10, 11]) await works.finish(n, n).catch(() => undefined);
        return seen.filter((value) => value !== '|');
      };
      expect(await order({})).toEqual([10, 20, 11]);
      expect(await order({ order: 'none' })).toEqual([11, 20, 10]);
      expect(await order({ order: { perKey: (n) => n < 20 } })).toEqual([20, 10, 11]);
    },
  },
  onFailure: {
    does: 'a record that fails is a dead letter and the stream goes on',
    test: async () => {
      const ended = (options: Options) =>
        run(fromPull([1, 2]).pipe(stage(failing, options))).then(({ deadLettered }) => deadLettered, codeIn);
      expect(await ended({})).toBe('STREAM_FAILED');
      expect(await ended({ onFailure: 'deadLetter' })).toBe(2);
    },
  },
  onDeadLetter: {
    does: 'it is told of each dead letter, and then somebody keeps them',
    test: () => {
      const letters: unknown[] = [];
      const seen = (options: Options) =>
        see(fromPull([1, 2]).pipe(stage(failing, { onFailure: 'deadLetter', ...options }))).seen;
      expect(seen({}).map((one) => codeIn((one as { error: unknown }).error))).toEqual(['NO_DEAD_LETTERS']);
      expect(seen({ onDeadLetter: ({ value }) => letters.push(value) })).toEqual(['|']);
      expect(letters).toEqual([1, 2]);
    },
  },
  overflow: {
    does: 'it decides about pushes that find no place',
    test: () => {
      const worked = (options: Options) => {
        const pushes = new Subject<number>();
        const { seen } = see(pushes.pipe(stage(never, { capacity: 1, ...options })));
        for (const n of numbers(3)) pushes.next(n);
        return seen.length;
      };
      expect([worked({}), worked({ overflow: 'dropNewest' })]).toEqual([1, 0]);
    },
  },
  overdraft: {
    does: 'so much may an expansion in the link overdraw',
    test: () => {
      const failed = (options: Options) =>
        see(
          fromPull([1]).pipe(
            mergeMap(() => range(0, 300)),
            stage(never, options),
          ),
        ).seen.length;
      expect([failed({}), failed({ overdraft: 43 }), failed({ overdraft: 44 })]).toEqual([0, 1, 0]);
    },
  },
});
