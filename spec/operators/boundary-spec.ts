import { describe, expect, it } from '@jest/globals';
import {
  NEVER,
  Observable,
  Subject,
  concat,
  concatMap,
  debounceTime,
  delay,
  filter,
  firstValueFrom,
  ignoreElements,
  map,
  mergeMap,
  range,
  sampleTime,
  take,
  throwError,
  timer,
  toArray,
  type OperatorFunction,
} from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { DELIVERIES_BEFORE_YIELD } from '../../lib/credit/Producer.js';
import { boundary } from '../../lib/operators/boundary.js';
import { stage } from '../../lib/operators/stage.js';
import { run } from '../../lib/sinks/run.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { handFed } from '../../lib/testing/HandFed.js';
import { handGranted } from '../../lib/testing/HandGranted.js';
import { never } from '../credit/support/waiting.js';
import { numbers, see } from './support/seen.js';

const marbles = (test: Parameters<TestScheduler['run']>[0]) =>
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(test);
const stuck = concatMap(() => NEVER) as OperatorFunction<number, number>;

describe('boundary', () => {
  it('C7: takes an asynchronous operator between two stages, in virtual time', () => {
    marbles(({ expectObservable }) => {
      const flow = fromPull(['a', 'b', 'c']).pipe(
        boundary(delay(5), { inFlight: 2 }),
        stage((letter: string) => letter),
      );
      expectObservable(flow).toBe('-----(ab)-(c|)');
    });
  });

  it('C1: no more than inFlight records are inside, before and after the operator together', () => {
    const inside = (operator: OperatorFunction<number, number>) => {
      const source = handFed(numbers(99));
      handGranted(source.pipe(boundary(operator, { inFlight: 4 })));
      return source.delivered;
    };
    expect([inside(stuck), inside(map((n) => n))]).toEqual([4, 4]);
  });

  it('each result frees the place of one record', () => {
    const source = handFed(numbers(99));
    const sink = handGranted(
      source.pipe(
        boundary(
          map((n) => n),
          { inFlight: 4 },
        ),
      ),
    );
    sink.grant(2);
    expect([sink.received, source.delivered]).toEqual([[0, 1], 6]);
  });

  it('C10: completes when the operator has completed and its last result is handed on', () => {
    const sink = handGranted(fromPull([1, 2]).pipe(boundary(map((n: number) => n))));
    sink.grant(1);
    expect(sink.ending).toBeNull();
    sink.grant(1);
    expect(sink.ending).toEqual({ kind: 'complete' });
  });

  it('an operator that ends early releases the source, and its last results are handed on', () => {
    const source = handFed(numbers(99));
    const sink = handGranted(source.pipe(boundary(take(2))));
    expect([source.subscribed, sink.ending]).toEqual([false, null]);
    sink.grantAll();
    expect([sink.received, sink.ending]).toEqual([[0, 1], { kind: 'complete' }]);
  });

  it('an operator that fails, or a source, fails the stream behind the results', () => {
    const failing = boundary(
      map((n: number) => {
        if (n === 1) throw new Error('no');
        return n;
      }),
    );
    expect(see(fromPull(numbers(3)).pipe(failing)).seen).toEqual([0, { error: new Error('no') }]);
    expect(
      see(
        concat(
          fromPull([1]),
          throwError(() => 'no'),
        ).pipe(boundary(map((n) => n))),
      ).seen,
    ).toEqual([1, { error: 'no' }]);
  });

  it('C3: results past the overdraft fail with OVERDRAFT', () => {
    const sink = handGranted(fromPull([1]).pipe(boundary(mergeMap(() => range(0, 20_000)))));
    expect(sink.ending).toMatchObject({ kind: 'error', error: { code: 'OVERDRAFT' } });
  });

  it('C9: releases the operator and the source at once, and cancels what was inside', async () => {
    const stop = new AbortController();
    const source = handFed(numbers(99));
    let released = 0;
    const operator = mergeMap(() => new Observable<number>(() => () => released++));
    const report = run(source.pipe(boundary(operator, { inFlight: 3 })), { signal: stop.signal, drainMs: 0 });
    stop.abort();
    expect(String(await report)).toBe('in 3 = delivered 0 + cancelled 3 (DRAIN_DEADLINE 3) · peak live 3');
    expect([source.subscribed, released]).toEqual([false, 3]);
  });

  it('P1: a result belongs to the record that has been inside longest', async () => {
    const flow = fromPull(numbers(4)).pipe(
      boundary(delay<number>(0)),
      stage((n: number, { record }) => {
        if (record.origin !== n) throw new Error('mixed up');
        return n;
      }),
    );
    expect(String(await run(flow))).toBe('in 4 = delivered 4 · peak live 4');
  });

  it('what the operator kept for good is filtered', async () => {
    const report = await run(
      fromPull(numbers(5)).pipe(
        boundary(filter((n: number) => n < 2)),
        stage((n) => n),
      ),
    );
    expect(String(report)).toMatch(/^in 5 = delivered 2 \+ filtered 3/);
  });

  it('a stage below that is stuck stops the source of a boundary', () => {
    const source = handFed(numbers(99));
    see(
      source.pipe(
        boundary(
          map((n) => n),
          { inFlight: 4 },
        ),
        stage(never, { capacity: 3 }),
      ),
    );
    expect(source.delivered).toBe(7);
  });
});

describe('boundary of an operator that loses by design', () => {
  it('feeds the operator as fast as the source gives, and holds the results', () => {
    const source = new Subject<number>();
    const sink = handGranted(
      source.pipe(
        boundary(
          map((n) => n),
          { lossy: true, inFlight: 3 },
        ),
      ),
    );
    for (const n of numbers(3)) source.next(n);
    sink.grant(2);
    expect(sink.received).toEqual([0, 1]);
  });

  it('C1: pulls no more while inFlight results wait', () => {
    const source = handFed(numbers(99));
    handGranted(
      source.pipe(
        boundary(
          map((n) => n),
          { lossy: true, inFlight: 3 },
        ),
      ),
    );
    expect(source.delivered).toBeLessThanOrEqual(6);
  });

  it('C7: an endless synchronous source lets the timers of the operator run', async () => {
    let pulled = 0;
    function* endless() {
      for (;;) yield pulled++;
    }
    const first = await firstValueFrom(fromPull(endless()).pipe(boundary(sampleTime<number>(1), { lossy: true })));
    expect((first + 1) % DELIVERIES_BEFORE_YIELD).toBe(0);
  });

  it('C10: a failing source waits for the results that came out before it', () => {
    const sink = handGranted(
      concat(
        fromPull([1, 2]),
        throwError(() => 'failed'),
      ).pipe(
        boundary(
          map((n) => n),
          { lossy: true },
        ),
      ),
    );
    sink.grant(5);
    expect([sink.received, sink.ending]).toEqual([[1, 2], { kind: 'error', error: 'failed' }]);
  });

  it('debounceTime in virtual time: the last record comes out, the others are filtered', async () => {
    marbles(({ cold, expectObservable }) => {
      const flow = cold('ab-c-----d-------|').pipe(
        boundary(debounceTime(3), { lossy: true }),
        stage((x: string) => x),
      );
      expectObservable(flow).toBe('------c-----d----|');
    });
    const report = await run(
      concat(fromPull(numbers(9)), timer(5).pipe(ignoreElements())).pipe(boundary(debounceTime(1), { lossy: true })),
    );
    expect(String(report)).toMatch(/^in 9 = delivered 1 \+ filtered 8/);
  });

  it.each([
    ['toArray', toArray<number>(), [[1, 2, 3], '|']],
    ['debounceTime', debounceTime<number>(20), [3, '|']],
  ])('C10: hands on what %s releases at its end', (_, operator, expected) => {
    expect(
      see(fromPull([1, 2, 3]).pipe(boundary(operator as OperatorFunction<number, unknown>, { lossy: true }))).seen,
    ).toEqual(expected);
  });
});
