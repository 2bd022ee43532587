import { describe, expect, it } from '@jest/globals';
import {
  delay,
  EMPTY,
  filter,
  map,
  merge,
  mergeMap,
  NEVER,
  of,
  Subject,
  take,
  takeLast,
  throwError,
  type Observable,
} from 'rxjs';
import {
  mergeFlowables,
  MERGE_FLOWABLES_OPTIONS,
  type MergeFlowablesOptions,
} from '../../lib/operators/mergeFlowables.js';
import { stage } from '../../lib/operators/stage.js';
import { run } from '../../lib/sinks/run.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { onBackpressureLatest } from '../../lib/sources/onBackpressureLatest.js';
import { FlowTestScheduler } from '../../lib/testing/FlowTestScheduler.js';
import { handFed } from '../../lib/testing/HandFed.js';
import { handGranted } from '../../lib/testing/HandGranted.js';
import { codeIn, messageIn, thrownBy } from '../credit/support/errors.js';
import { never, turn } from '../credit/support/waiting.js';
import { everyOption } from '../options/everyOption.js';
import { numbers, see } from './support/seen.js';
import { yieldsThrough } from './support/yieldsThrough.js';

function* naturals(): Generator<number> {
  for (let n = 0; ; n++) yield n;
}

describe('mergeFlowables', () => {
  it('C6: gives each flow a turn for each record, with and without a stage below', () => {
    const flows = [fromPull('aaa'), fromPull('bb'), fromPull('cccc')];
    expect(see(mergeFlowables(flows)).seen.join('')).toBe('abcabcacc|');
    expect(see(mergeFlowables(flows).pipe(stage((x: string) => x))).seen.join('')).toBe('abcabcacc|');
  });

  it('follows the demand below, and the turn stays with whoever is next', async () => {
    await new FlowTestScheduler().run(({ expectFlow }) => {
      const flow = mergeFlowables([handFed('abcd'), handFed('xy')], { capacity: 1 });
      expectFlow(flow, '--2----1----*').toEmit('--(ax)-b----(ycd|)');
    });
  });

  it('C1: takes in no more than its capacity while the stage below has no credit, a fair share of each', () => {
    const sources = [0, 1, 2, 3].map(() => handFed(numbers(99)));
    const sink = handGranted(mergeFlowables(sources, { capacity: 8 }));
    expect(sources.map(({ delivered }) => delivered)).toEqual([2, 2, 2, 2]);
    sink.grant(40);
    expect(sources.map(({ delivered }) => delivered)).toEqual([12, 12, 12, 12]);
  });

  it.each([1, 2, 7, 256])(
    'endless flows give as much as each other with capacity %d, and no stage below',
    (capacity) => {
      const given = [0, 0, 0, 0, 0];
      const flows = given.map((_, index) => fromPull(naturals()).pipe(map(() => index)));
      mergeFlowables(flows, { capacity })
        .pipe(take(1001))
        .subscribe((index) => given[index]!++);
      expect(Math.max(...given) - Math.min(...given)).toBeLessThanOrEqual(1);
    },
  );

  it('a flow that has nothing keeps nobody waiting, and comes in when it has', () => {
    const idle = handFed<string>();
    const sink = handGranted(mergeFlowables([idle, fromPull('abcdef'), NEVER], { capacity: 2 }));
    sink.grant(3);
    expect(sink.received).toEqual(['a', 'b', 'c']);
    idle.send('I');
    sink.grant(3);
    expect(sink.received).toContain('I');
    expect(sink.received.filter((x) => x !== 'I')).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('C16: an endless flow that comes first does not keep the others from being subscribed, as it does in merge', () => {
    const second = (combine: (flows: Observable<number>[]) => Observable<number>) => {
      let subscribed = false;
      const later = fromPull<number>(() => {
        subscribed = true;
        return [];
      });
      const flow = combine([fromPull(naturals()).pipe(take(5)), later]);
      const atFirst: boolean[] = [];
      flow.subscribe(() => atFirst.push(subscribed));
      return atFirst[0];
    };
    expect([second((flows) => merge(...flows)), second((flows) => mergeFlowables(flows))]).toEqual([false, true]);
  });

  it('C3: what operators release when flows end at once finds its places', async () => {
    const released = () => fromPull(numbers(300)).pipe(takeLast(300));
    const merged = mergeFlowables([released(), released(), fromPull(numbers(300))], { capacity: 1 });
    const report = await run(merged.pipe(stage(async (n: number) => n, { capacity: 1 })));
    expect([report.delivered, report.in]).toEqual([900, 900 + report.filtered]);
  });

  it('C3: what an operator above makes too many is repaid before any of the flows gives again', () => {
    const other = handFed(numbers(99));
    const three = fromPull(numbers(3)).pipe(mergeMap((n) => [n, n, n]));
    const sink = handGranted(mergeFlowables([three, other], { capacity: 2 }));
    expect(other.delivered).toBe(0);
    sink.grant(1);
    expect(other.delivered).toBe(0);
    sink.grant(2);
    expect([sink.received, other.delivered]).toEqual([[0, 0, 0], 1]);
  });

  it('completes with the last flow, and at once where there is none', () => {
    expect(see(mergeFlowables([])).seen).toEqual(['|']);
    expect(see(mergeFlowables([EMPTY, of(1), EMPTY])).seen).toEqual([1, '|']);
    const [first, second] = [new Subject(), new Subject()];
    const { seen } = see(mergeFlowables([first, second]));
    first.complete();
    expect(seen).toEqual([]);
    second.complete();
    expect(seen).toEqual(['|']);
  });

  it('C10: a flow that fails fails the whole behind what was accepted, and the others are released at once', () => {
    const other = handFed(['b1', 'b2', 'b3', 'b4']);
    const failing = handFed<string>();
    const sink = handGranted(mergeFlowables([failing, other], { capacity: 3 }));
    failing.error('no');
    expect(other.subscribed).toBe(false);
    expect(sink.ending).toBeNull();
    sink.grant(9);
    expect(sink.received).toEqual(['b1', 'b2', 'b3']);
    expect(sink.ending).toEqual({ kind: 'error', error: 'no' });
  });

  it('a flow that fails while it is subscribed keeps the rest from being subscribed', () => {
    const later = handFed<number>();
    expect(see(mergeFlowables([throwError(() => 'no'), later])).seen).toEqual([{ error: 'no' }]);
    expect(later.feeds).toHaveLength(0);
  });

  it('C9: releases every flow at once and cancels what waits', async () => {
    const stop = new AbortController();
    const flows = [handFed(numbers(3)), handFed(numbers(3))];
    const report = run(mergeFlowables(flows).pipe(stage(never)), { signal: stop.signal, drainMs: 0 });
    stop.abort();
    expect(String(await report)).toMatch(/^in 6 = delivered 0 \+ cancelled 6 /);
    expect(flows.map(({ subscribed }) => subscribed)).toEqual([false, false]);
  });

  it('P1: a record is one root with one outcome, whichever flow it came by', async () => {
    const even = fromPull(numbers(10)).pipe(filter((n) => n % 2 === 0));
    const flow = mergeFlowables([even, fromPull(numbers(5))], { capacity: 2 }).pipe(
      stage(
        (n: number) => {
          if (n === 4) throw new Error('four');
          return n;
        },
        { onFailure: 'deadLetter' },
      ),
    );
    expect(String(await run(flow))).toMatch(/^in 15 = delivered 8 \+ filtered 5 \+ deadLettered 2 \(FAILED 2\)/);
  });

  it('C7: an asynchronous link above it is a fault; a push source comes in with a policy', async () => {
    const async = see(mergeFlowables([fromPull(numbers(3)).pipe(delay(1)), NEVER]));
    await turn(5);
    expect(codeIn((async.seen[0] as { error: unknown }).error)).toBe('ASYNC_LINK');
    const pushes = new Subject<number>();
    const { seen, running } = see(mergeFlowables([onBackpressureLatest(pushes), handFed<number>()]));
    pushes.next(7);
    expect(seen).toEqual([7]);
    running.unsubscribe();
  });

  it('C5: a thousand flows and a thousand nested merges need no more stack than one', () => {
    const many = Array.from({ length: 1000 }, () => fromPull([1]));
    expect(see(mergeFlowables(many)).seen).toHaveLength(1001);
    const nested = numbers(1000).reduce((flow) => mergeFlowables([flow, EMPTY]), fromPull(numbers(50)));
    expect(see(nested).seen).toEqual([...numbers(50), '|']);
  });

  it.each([[undefined], [fromPull([1])], [{}], ['ab'], [[fromPull([1]), [2]]], [[null]]])(
    'is refused what is no array of Observables: %p',
    (flows) => {
      const error = thrownBy(() => mergeFlowables(flows as never));
      expect(codeIn(error)).toBe('OPTION');
      expect(messageIn(error)).toMatch(/^mergeFlowables: (the flows are .*; give an array|flow \d is .*; give an Obs)/);
    },
  );
});

everyOption('mergeFlowables', MERGE_FLOWABLES_OPTIONS, {
  name: {
    does: 'the stage is called so in the report',
    test: async () => {
      const named = async (options?: MergeFlowablesOptions) =>
        (await run(mergeFlowables([of(1)], options))).stages[0]?.stage;
      expect([await named(), await named({ name: 'inputs' })]).toEqual(['mergeFlowables', 'inputs']);
    },
  },
  capacity: {
    does: 'so many records are taken in',
    test: () => {
      const taken = (options?: MergeFlowablesOptions) => {
        const source = handFed(numbers(999));
        handGranted(mergeFlowables([source], options));
        return source.delivered;
      };
      expect([taken(), taken({ capacity: 5 })]).toEqual([256, 5]);
    },
  },
  scheduler: {
    does: 'what it yields to others comes from there',
    test: () => {
      expect(yieldsThrough((options) => (source) => mergeFlowables([source], options))).toEqual([0, 1]);
    },
  },
});
