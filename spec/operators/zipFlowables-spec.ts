import { describe, expect, it } from '@jest/globals';
import { EMPTY, NEVER, of, Subject, throwError, timer, map, zip, type Observable } from 'rxjs';
import { PipelineBackPressureController } from '../../lib/control/PipelineBackPressureController.js';
import { concatFlowables } from '../../lib/operators/concatFlowables.js';
import { control } from '../../lib/operators/control.js';
import { stage } from '../../lib/operators/stage.js';
import { zipFlowables, ZIP_FLOWABLES_OPTIONS, type ZipFlowablesOptions } from '../../lib/operators/zipFlowables.js';
import { run } from '../../lib/sinks/run.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { FlowTestScheduler } from '../../lib/testing/FlowTestScheduler.js';
import { handFed } from '../../lib/testing/HandFed.js';
import { handGranted } from '../../lib/testing/HandGranted.js';
import { codeIn, messageIn, thrownBy } from '../credit/support/errors.js';
import { everyOption } from '../options/everyOption.js';
import { numbers, see } from './support/seen.js';
import { yieldsThrough } from './support/yieldsThrough.js';

const joined = (flow: Observable<readonly string[]>) => flow.pipe(map((tuple) => tuple.join('')));

describe('zipFlowables', () => {
  it('gives tuples in order, with the type of each flow', () => {
    const flow: Observable<[number, string]> = zipFlowables([fromPull([1, 2, 3]), fromPull('ab')]);
    expect(see(flow).seen).toEqual([[1, 'a'], [2, 'b'], '|']);
    expect(see(zipFlowables([])).seen).toEqual(['|']);
    expect(see(zipFlowables([of(1)])).seen).toEqual([[1], '|']);
  });

  it('C1: follows the demand below, and asks each flow only for what it may hold', async () => {
    await new FlowTestScheduler().run(({ expectFlow }) => {
      const flow = zipFlowables([handFed(['a', 'b', 'c']), handFed(['x', 'y', 'z'])], { capacity: 1 });
      expectFlow(flow, '-1-1-*').toEmit('-a-b-(c|)', { a: ['a', 'x'], b: ['b', 'y'], c: ['c', 'z'] });
    });
  });

  it('C16a: the faster flow stops when its places are full, where zip takes all it can get', () => {
    const held = (combine: (flows: Observable<number>[]) => Observable<readonly number[]>) => {
      const fast = handFed(numbers(5000));
      combine([fast, NEVER])
        .pipe(stage((n) => n))
        .subscribe();
      return fast.delivered;
    };
    const flows = (options?: ZipFlowablesOptions) => held((all) => zipFlowables(all, options));
    expect([flows(), flows({ capacity: 3 })]).toEqual([16, 3]);
    expect(held((all) => zip(all))).toBeGreaterThan(256);
  });

  it.each([1, 2, 3, 16])('does not stand still with capacity %d, whoever is slow', async (capacity) => {
    const slow = (ms: (n: number) => number) =>
      fromPull(numbers(40)).pipe(stage((n: number) => timer(ms(n)).pipe(map(() => n)), { capacity: 1 }));
    await new FlowTestScheduler().run(async ({ expectFlow }) => {
      const flow = zipFlowables([slow((n) => n % 3), slow((n) => (n * 7) % 5), fromPull(numbers(40))], { capacity });
      let count = 0;
      const counted = flow.pipe(
        map(([a, b, c]) => {
          expect([a, b]).toEqual([c, c]);
          return ++count;
        }),
        stage((n: number) => (n === 40 ? [n] : EMPTY)),
        map(() => 'x'),
      );
      expectFlow(counted).toEmit('80ms (x|)');
    });
  });

  it('C16a: completes when one flow has completed and nothing of it waits; the others are released and cancelled', async () => {
    const short = handFed<number>();
    const long = handFed(numbers(99));
    const report = run(zipFlowables([short, long], { capacity: 4 }));
    short.send(1, 2);
    short.complete();
    expect(String(await report)).toMatch(/^in 8 = delivered 4 \+ cancelled 4 \(UNSUBSCRIBED 4\)/);
    expect(long.subscribed).toBe(false);
    const never = handFed<number>();
    expect(see(zipFlowables([EMPTY, never])).seen).toEqual(['|']);
    expect(never.feeds).toHaveLength(0);
  });

  it('C10: a flow that has completed goes on with what waits of it', () => {
    const late = new Subject<string>();
    const { seen } = see(joined(zipFlowables([fromPull('ab'), late])));
    late.next('x');
    expect(seen).toEqual(['ax']);
    late.next('y');
    expect(seen).toEqual(['ax', 'by', '|']);
  });

  it('C10: a flow that fails fails the whole behind what waits of it', () => {
    const failing = handFed('a');
    const late = handFed<string>();
    const failed = see(joined(zipFlowables([concatError(failing), late])));
    expect(failed.seen).toEqual([]);
    late.send('x', 'y');
    expect(failed.seen).toEqual(['ax', { error: 'no' }]);
    expect(late.subscribed).toBe(false);
    expect(see(zipFlowables([throwError(() => 'no'), NEVER])).seen).toEqual([{ error: 'no' }]);
  });

  it('P1: what becomes of a tuple becomes of all its records, by letters too', async () => {
    const flow = zipFlowables([fromPull(numbers(4)), fromPull('wxyz')], { capacity: 2 }).pipe(
      stage(
        ([n, letter]: readonly [number, string]) => {
          if (n === 2) throw new Error('two');
          return letter;
        },
        { onFailure: 'deadLetter' },
      ),
    );
    const report = await run(flow);
    expect(String(report)).toMatch(/^in 8 = delivered 6 \+ deadLettered 2 \(FAILED 2\)/);
    expect(report.stages.map(({ stage: name, arrived }) => [name, arrived])).toEqual([
      ['zipFlowables[0]', 4],
      ['zipFlowables[1]', 4],
      ['stage', 4],
    ]);
  });

  it('a redrive of the letter of a tuple sends each record in again at its own flow', async () => {
    const controller = new PipelineBackPressureController({ logger: 'off' });
    const [left, right] = [handFed<number>(), handFed<string>()];
    let failures = 0;
    const work = (tuple: readonly [number, string]) => {
      if (failures++ === 0) throw new Error('once');
      return tuple;
    };
    const flow = zipFlowables([left, right]).pipe(stage(work, { onFailure: 'deadLetter' }), control(controller));
    const { seen, running } = see(flow);
    left.send(1);
    right.send('a');
    expect([seen, controller.deadLetters.size]).toEqual([[], 1]);
    await controller.deadLetters.redrive();
    expect([seen, controller.deadLetters.size]).toEqual([[[1, 'a']], 0]);
    running.unsubscribe();
    controller.close();
  });

  it('C9: releases every flow and cancels what waits', () => {
    const flows = [handFed(numbers(9)), handFed<number>()];
    const sink = handGranted(zipFlowables(flows, { capacity: 3 }));
    sink.cancel();
    expect(flows.map(({ subscribed }) => subscribed)).toEqual([false, false]);
  });

  it('C8: a flow that cannot stop fails when its places are taken', () => {
    const pushes = new Subject<number>();
    const { seen } = see(zipFlowables([pushes, NEVER], { capacity: 2 }));
    for (const n of numbers(3)) pushes.next(n);
    const { error } = seen[0] as { error: unknown };
    expect([codeIn(error), messageIn(error).includes(`'zipFlowables[0]' while its 2 places`)]).toEqual([
      'OVERFLOW',
      true,
    ]);
  });

  it('C5: a hundred thousand tuples, and a thousand nested zips, need no more stack', () => {
    let tuples = 0;
    zipFlowables([fromPull(numbers(100_000)), fromPull(numbers(100_000))], { capacity: 1 }).subscribe(() => tuples++);
    expect(tuples).toBe(100_000);
    const nested = numbers(1000).reduce<Observable<unknown>>(
      (flow) => zipFlowables([flow, fromPull(numbers(5))]),
      fromPull(numbers(5)),
    );
    expect(see(nested).seen).toHaveLength(6);
  });

  it.each([[undefined], [fromPull([1])], [[fromPull([1]), 2]]])(
    'is refused what is no array of Observables: %p',
    (flows) => {
      expect(codeIn(thrownBy(() => zipFlowables(flows as never)))).toBe('OPTION');
    },
  );
});

/** The flow, and then an error. */
function concatError<T>(flow: ReturnType<typeof handFed<T>>): Observable<T> {
  return concatFlowables([flow, throwError(() => 'no')]);
}

everyOption('zipFlowables', ZIP_FLOWABLES_OPTIONS, {
  name: {
    does: 'the inputs are called so in the report',
    test: async () => {
      const named = async (options?: ZipFlowablesOptions) =>
        (await run(zipFlowables([of(1)], options))).stages[0]?.stage;
      expect([await named(), await named({ name: 'pairs' })]).toEqual(['zipFlowables[0]', 'pairs[0]']);
    },
  },
  capacity: {
    does: 'so many records of each flow wait',
    test: () => {
      const taken = (options?: ZipFlowablesOptions) => {
        const source = handFed(numbers(99));
        handGranted(zipFlowables([source, NEVER], options));
        return source.delivered;
      };
      expect([taken(), taken({ capacity: 5 })]).toEqual([16, 5]);
    },
  },
  scheduler: {
    does: 'what it yields to others comes from there',
    test: () => {
      expect(yieldsThrough((options) => (source) => zipFlowables([source], options))).toEqual([0, 1]);
    },
  },
});
