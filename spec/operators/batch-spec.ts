import { describe, expect, it } from '@jest/globals';
import { concat, NEVER, Subject, throwError, VirtualTimeScheduler } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { batch, BATCH_OPTIONS, type BatchOptions } from '../../lib/operators/batch.js';
import { stage } from '../../lib/operators/stage.js';
import { run } from '../../lib/sinks/run.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { handFed } from '../../lib/testing/HandFed.js';
import { handGranted } from '../../lib/testing/HandGranted.js';
import { never } from '../credit/support/waiting.js';
import { everyOption } from '../options/everyOption.js';
import { numbers, see } from './support/seen.js';

const marbles = (test: Parameters<TestScheduler['run']>[0]) =>
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(test);

describe('batch', () => {
  it('gathers arrays of maxSize, and the rest in a smaller one at the end', () => {
    expect(see(fromPull(numbers(7)).pipe(batch({ maxSize: 3 }))).seen).toEqual([[0, 1, 2], [3, 4, 5], [6], '|']);
    expect(see(fromPull([]).pipe(batch({ maxSize: 3 }))).seen).toEqual(['|']);
  });

  it('maxWaitMs: closes at that frame after the first record of the batch, and not after each', () => {
    marbles(({ cold, expectObservable }) => {
      const source = cold('-a--b------c-d-e-|');
      expectObservable(source.pipe(batch({ maxSize: 3, maxWaitMs: 5 }))).toBe('------x--------y-|', {
        x: ['a', 'b'],
        y: ['c', 'd', 'e'],
      });
    });
  });

  it('maxWaitMs: 0 closes within the frame', () => {
    marbles(({ cold, expectObservable }) => {
      expectObservable(cold('-(ab)-c|').pipe(batch({ maxSize: 9, maxWaitMs: 0 }))).toBe('-x----y|', {
        x: ['a', 'b'],
        y: ['c'],
      });
    });
  });

  it('C12: without maxWaitMs no timer runs; with it one, and none once it is over', () => {
    const scheduler = new VirtualTimeScheduler();
    const source = new Subject<number>();
    const timers = (options: Partial<BatchOptions>, end: (running: { unsubscribe(): void }) => void) => {
      const running = source.pipe(batch({ maxSize: 3, scheduler, ...options })).subscribe({ error: () => undefined });
      source.next(1);
      const before = scheduler.actions.length;
      end(running);
      return [before, scheduler.actions.length];
    };
    expect(timers({}, (running) => running.unsubscribe())).toEqual([0, 0]);
    expect(timers({ maxWaitMs: 9 }, (running) => running.unsubscribe())).toEqual([1, 0]);
    expect(timers({ maxWaitMs: 9 }, () => [2, 3].forEach((n) => source.next(n)))).toEqual([1, 0]);
    expect(scheduler.actions).toHaveLength(0);
  });

  it('a timer closes a batch, but only credit emits it, with what has come until then', () => {
    const scheduler = new VirtualTimeScheduler();
    const source = handFed<number>();
    const sink = handGranted(source.pipe(batch({ maxSize: 4, maxWaitMs: 5, scheduler })));
    source.send(1);
    scheduler.flush();
    expect(sink.received).toEqual([]);
    source.send(2);
    sink.grant(1);
    expect(sink.received).toEqual([[1, 2]]);
  });

  it('C1: takes in no more than its capacity while the stage below has no credit', () => {
    const source = handFed(numbers(99));
    handGranted(source.pipe(batch({ maxSize: 3, capacity: 7 })));
    expect(source.delivered).toBe(7);
  });

  it('C4: a batch as large as the inbox fills: its inbox holds at least maxSize', () => {
    expect(see(fromPull(numbers(10)).pipe(batch({ maxSize: 5, capacity: 2 }))).seen).toEqual([
      [0, 1, 2, 3, 4],
      [5, 6, 7, 8, 9],
      '|',
    ]);
    expect(see(fromPull(numbers(1000)).pipe(batch({ maxSize: 1000 }))).seen).toHaveLength(2);
  });

  it('C10: what was gathered is handed on before the error of the source', () => {
    const flow = concat(
      fromPull([1, 2]),
      throwError(() => 'no'),
    ).pipe(batch({ maxSize: 9 }));
    expect(see(flow).seen).toEqual([[1, 2], { error: 'no' }]);
  });

  it('P1: what becomes of an array becomes of all its members', async () => {
    const flow = fromPull(numbers(5)).pipe(
      batch({ maxSize: 2 }),
      stage(
        (all: number[]) => {
          if (all.includes(2)) throw new Error('no');
          return all;
        },
        { onFailure: 'deadLetter' },
      ),
    );
    expect(String(await run(flow))).toBe('in 5 = delivered 3 + deadLettered 2 (FAILED 2) · peak live 2');
  });

  it('C9: releases its source and cancels what it had gathered', async () => {
    const stop = new AbortController();
    const source = handFed<number>();
    const report = run(source.pipe(batch({ maxSize: 9 }), stage(never)), { signal: stop.signal, drainMs: 0 });
    source.send(1, 2);
    stop.abort();
    expect(String(await report)).toBe('in 2 = delivered 0 + cancelled 2 (DRAIN_DEADLINE 2) · peak live 2');
    expect(source.subscribed).toBe(false);
  });
});

everyOption('batch', BATCH_OPTIONS, {
  name: {
    does: 'the stage is called so in the report',
    test: async () => {
      const named = async (options: BatchOptions) => (await run(fromPull([1]).pipe(batch(options)))).stages[0]?.stage;
      expect([await named({ maxSize: 2 }), await named({ maxSize: 2, name: 'rows' })]).toEqual(['batch', 'rows']);
    },
  },
  capacity: {
    does: 'so many records are taken in',
    test: () => {
      const taken = (options: Partial<BatchOptions>) => {
        const source = handFed(numbers(999));
        handGranted(source.pipe(batch({ maxSize: 2, ...options })));
        return source.delivered;
      };
      expect([taken({}), taken({ capacity: 5 })]).toEqual([256, 5]);
    },
  },
  scheduler: {
    does: 'its timer runs there',
    test: () => {
      const scheduler = new VirtualTimeScheduler();
      const timers = (options: Partial<BatchOptions>) => {
        const running = concat(fromPull([1]), NEVER)
          .pipe(batch({ maxSize: 2, maxWaitMs: 9, ...options }))
          .subscribe();
        const { length } = scheduler.actions;
        running.unsubscribe();
        return length;
      };
      expect([timers({}), timers({ scheduler })]).toEqual([0, 1]);
    },
  },
  maxSize: {
    does: 'no array is larger',
    test: () => {
      const sizes = (maxSize: number) =>
        see(fromPull(numbers(6)).pipe(batch({ maxSize }))).seen.map((all) => (Array.isArray(all) ? all.length : all));
      expect([sizes(2), sizes(4)]).toEqual([
        [2, 2, 2, '|'],
        [4, 2, '|'],
      ]);
    },
  },
  maxWaitMs: {
    does: 'a batch that is not full leaves after that time',
    test: () => {
      marbles(({ cold, expectObservable }) => {
        const never$ = () => cold('a---------');
        expectObservable(never$().pipe(batch({ maxSize: 2 }))).toBe('----------');
        expectObservable(never$().pipe(batch({ maxSize: 2, maxWaitMs: 4 }))).toBe('----x-----', { x: ['a'] });
      });
    },
  },
});
