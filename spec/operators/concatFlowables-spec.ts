import { describe, expect, it } from '@jest/globals';
import { concatMap, EMPTY, NEVER, of, Subject, Subscription, take, throwError } from 'rxjs';
import { concatFlowables } from '../../lib/operators/concatFlowables.js';
import { stage } from '../../lib/operators/stage.js';
import { run } from '../../lib/sinks/run.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { FlowTestScheduler } from '../../lib/testing/FlowTestScheduler.js';
import { handFed } from '../../lib/testing/HandFed.js';
import { handGranted } from '../../lib/testing/HandGranted.js';
import { codeIn, messageIn, thrownBy } from '../credit/support/errors.js';
import { never } from '../credit/support/waiting.js';
import { numbers, see } from './support/seen.js';

describe('concatFlowables', () => {
  it('gives one flow after the other', () => {
    expect(see(concatFlowables([fromPull([1, 2]), EMPTY, of(3), fromPull([4])])).seen).toEqual([1, 2, 3, 4, '|']);
    expect(see(concatFlowables([])).seen).toEqual(['|']);
  });

  it('C1: follows the demand below, from one flow into the next', async () => {
    await new FlowTestScheduler().run(({ expectFlow }) => {
      const flow = concatFlowables([handFed('ab'), handFed('cd')]);
      expectFlow(flow, '-1-2----1').toEmit('-a-(bc)-d');
    });
  });

  it('C16: asks for the next flow, and subscribes it, when the last has completed', () => {
    const asked: number[] = [];
    const first = handFed(numbers(3));
    const second = handFed(numbers(3));
    const sink = handGranted(
      concatFlowables(
        (function* () {
          for (const [index, flow] of [first, second].entries()) {
            asked.push(index);
            yield flow;
          }
        })(),
      ),
    );
    sink.grant(2);
    expect([asked, second.feeds.length]).toEqual([[0], 0]);
    sink.grant(2);
    expect([asked, second.delivered]).toEqual([[0, 1], 1]);
    expect(sink.received).toEqual([0, 1, 2, 0]);
  });

  it('C5: needs no more stack for a hundred thousand flows that complete at once', () => {
    const flows = Array.from({ length: 100_000 }, (_, n) => (n % 2 === 0 ? fromPull([n]) : EMPTY));
    expect(see(concatFlowables(flows)).seen).toHaveLength(50_001);
    expect(see(concatFlowables(flows).pipe(stage((n: number) => n, { capacity: 1 }))).seen).toHaveLength(50_001);
  });

  it('a flow that fails fails the whole, and gives the iterator back', () => {
    let returned = 0;
    const flows = function* () {
      try {
        yield fromPull([1]);
        yield throwError(() => 'no');
        yield fromPull([2]);
      } finally {
        returned++;
      }
    };
    expect(see(concatFlowables(flows())).seen).toEqual([1, { error: 'no' }]);
    expect(returned).toBe(1);
  });

  it('C9: releases the flow whose turn it is and the iterator, once, also from inside the iterator', async () => {
    const events: string[] = [];
    const source = handFed(numbers(9));
    const flows = function* () {
      try {
        yield source;
      } finally {
        events.push('returned');
      }
    };
    const stop = new AbortController();
    const report = run(concatFlowables(flows()).pipe(stage(never)), { signal: stop.signal, drainMs: 0 });
    stop.abort();
    expect(String(await report)).toMatch(/^in 9 = delivered 0 \+ cancelled 9 /);
    expect([events, source.subscribed]).toEqual([['returned'], false]);

    const target = new Subscription();
    const cancelling = function* () {
      try {
        yield EMPTY;
        target.unsubscribe();
        yield NEVER;
      } finally {
        events.push('returned inside');
      }
    };
    const start = new Subject<void>();
    target.add(start.pipe(concatMap(() => concatFlowables(cancelling()))).subscribe());
    start.next();
    expect(events).toEqual(['returned', 'returned inside']);
  });

  it('take below it gives the iterator back', () => {
    let returned = 0;
    const flows = function* () {
      try {
        for (;;) yield fromPull([1, 2]);
      } finally {
        returned++;
      }
    };
    expect(see(concatFlowables(flows()).pipe(take(5))).seen).toEqual([1, 2, 1, 2, 1, '|']);
    expect(returned).toBe(1);
  });

  it('an iterator that throws fails the stream, and so does what is no Observable, by its place', () => {
    const throwing = function* () {
      yield fromPull([1]);
      throw new Error('disk');
    };
    expect(see(concatFlowables(throwing())).seen).toEqual([1, { error: new Error('disk') }]);
    const { seen } = see(concatFlowables([fromPull([1]), [2] as never]));
    const { error } = seen[1] as { error: unknown };
    expect([codeIn(error), messageIn(error)]).toEqual([
      'OPTION',
      'concatFlowables: flow 1 is an array of 1; give an Observable, or write fromPull(iterable)',
    ]);
  });

  it('P1: each record is a root of its own, and retry below subscribes the flows again', async () => {
    const flow = concatFlowables([fromPull([1, 2]), fromPull([3])]).pipe(stage((n: number) => n, { capacity: 1 }));
    expect(String(await run(flow))).toMatch(/^in 3 = delivered 3 /);
  });

  it.each([undefined, 1, {}, fromPull([1])])('is refused what is no iterable: %p', (flows) => {
    const error = thrownBy(() => concatFlowables(flows as never));
    expect(codeIn(error)).toBe('OPTION');
    expect(messageIn(error)).toMatch(/^concatFlowables: the flows are .*; give an array of Observables$/);
  });
});
