import { expect } from '@jest/globals';
import { concatMap, filter, map, NEVER, of, type OperatorFunction } from 'rxjs';
import { boundary, BOUNDARY_OPTIONS, type BoundaryOptions } from '../../lib/operators/boundary.js';
import { run } from '../../lib/sinks/run.js';
import { handFed } from '../../lib/testing/HandFed.js';
import { everyOption } from '../options/everyOption.js';
import { numbers, see } from './support/seen.js';
import { yieldsThrough } from './support/yieldsThrough.js';

const stuck = concatMap(() => NEVER) as OperatorFunction<number, number>;

everyOption('boundary', BOUNDARY_OPTIONS, {
  inFlight: {
    does: 'so many records are inside',
    test: () => {
      const inside = (options: BoundaryOptions) => {
        const source = handFed(numbers(999));
        see(source.pipe(boundary(stuck, options)));
        return source.delivered;
      };
      expect([inside({}), inside({ inFlight: 3 })]).toEqual([256, 3]);
    },
  },
  lossy: {
    does: 'an operator that keeps what it is given does not stop the source',
    test: () => {
      const delivered = (options: BoundaryOptions) => {
        const source = handFed(numbers(999));
        see(
          source.pipe(
            boundary(
              filter(() => false),
              options,
            ),
          ),
        );
        return source.delivered;
      };
      expect([delivered({}), delivered({ lossy: true })]).toEqual([256, 999]);
    },
  },
  name: {
    does: 'the stage is called so in the report',
    test: async () => {
      const named = async (options: BoundaryOptions) =>
        (
          await run(
            of(1).pipe(
              boundary(
                map((n) => n),
                options,
              ),
            ),
          )
        ).stages[0]?.stage;
      expect([await named({}), await named({ name: 'later' })]).toEqual(['boundary', 'later']);
    },
  },
  scheduler: {
    does: 'what it yields to others comes from there',
    test: () =>
      expect(
        yieldsThrough((options) =>
          boundary(
            map((n: number) => n),
            options,
          ),
        ),
      ).toEqual([0, 1]),
  },
});
