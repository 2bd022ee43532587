import { describe, expect, it } from '@jest/globals';
import { concatMap, exhaustMap, filter, merge, mergeMap, NEVER, Observable, switchMap, zip } from 'rxjs';
import { Flowable } from '../../lib/credit/Flowable.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { run } from '../../lib/sinks/run.js';
import { stage } from '../../lib/operators/stage.js';
import { handFed } from '../../lib/testing/HandFed.js';
import { handGranted } from '../../lib/testing/HandGranted.js';
import { numbers, see } from '../operators/support/seen.js';
import { never } from './support/waiting.js';

/** A flow that honours credit and gives nothing until it is ended. */
const silent = () => new Flowable<number>((subscriber) => subscriber.onDemand(() => undefined));

describe('flows that share one credit', () => {
  it('C6: take turns, one arrival each, and each keeps its order', () => {
    const flow = merge(fromPull([0, 1, 2, 3]), fromPull([10, 11]), fromPull([20, 21, 22]));
    const sink = handGranted(flow);
    sink.grantAll();
    expect(sink.received.slice(0, 6)).toEqual([0, 10, 20, 1, 11, 21]);
    for (const from of [0, 10, 20]) {
      const own = sink.received.filter((n) => n >= from && n < from + 10);
      expect(own).toEqual([...own].sort((a, b) => a - b));
    }
    expect(sink.received).toHaveLength(9);
  });

  it('C6: one that has nothing does not keep the others from their turn', () => {
    const sink = handGranted(merge(silent(), fromPull([1, 2]), NEVER));
    sink.grant(2);
    expect(sink.received).toEqual([1, 2]);
  });

  it('C6: one that is unsubscribed leaves what it did not use to the others', () => {
    const [first, second] = [handFed<number>(), handFed<number>(numbers(9))];
    const sink = handGranted(merge(first, second));
    sink.grant(2);
    expect(sink.received).toEqual([0, 1]);
    expect(sink.account.producers).toHaveLength(2);
    first.complete();
    sink.grant(1);
    expect(sink.account.producers).toHaveLength(1);
    expect(sink.received).toEqual([0, 1, 2]);
  });
});

describe('flows that are opened inside a delivery (C6b)', () => {
  it('come first: concatMap to flows pulls the outer source one by one', () => {
    const outer = handFed(numbers(99));
    const sink = handGranted(outer.pipe(concatMap((n) => fromPull([n, n, n]))));
    sink.grant(4);
    expect([sink.received, outer.delivered]).toEqual([[0, 0, 0, 1], 2]);
    sink.grant(2);
    expect([sink.received, outer.delivered]).toEqual([[0, 0, 0, 1, 1, 1], 2]);
  });

  it('the parent has at most capacity records out that opened no child: the operator holds no more', () => {
    for (const capacity of [1, 3, 10]) {
      const outer = handFed(numbers(99));
      const { running } = see(outer.pipe(concatMap(silent), stage(never, { capacity })));
      expect(outer.delivered).toBe(1 + capacity);
      running.unsubscribe();
    }
  });

  it('mergeMap with a concurrency opens so many, and the outer source is held', () => {
    const outer = handFed(numbers(99));
    let opened = 0;
    const inner = () => {
      opened++;
      return silent();
    };
    see(outer.pipe(mergeMap(inner, 3), stage(never, { capacity: 2 })));
    expect([opened, outer.delivered]).toEqual([3, 5]);
  });

  it.each([1, 2, 7])('nothing is lost or doubled, and per flow the order holds: mergeMap by %i', (concurrency) => {
    const flow = fromPull(numbers(20)).pipe(
      mergeMap((n) => fromPull(numbers(5)).pipe(filter((m) => m !== n % 5)), concurrency),
      stage((n: number) => n, { capacity: 3 }),
    );
    const { seen } = see(flow);
    expect(seen).toHaveLength(81);
    expect(seen.at(-1)).toBe('|');
  });

  it('switchMap and exhaustMap lose nothing that their flows have to give', () => {
    for (const operator of [switchMap, exhaustMap]) {
      const sink = handGranted(fromPull(numbers(3)).pipe(operator((n) => fromPull([n, n]))));
      for (let n = 0; n < 10; n++) sink.grant(1);
      expect(sink.received).toEqual([0, 0, 1, 1, 2, 2]);
    }
  });

  it('P1: hold the record they were opened for until they end', async () => {
    const flow = fromPull([1, 2]).pipe(
      mergeMap((n) => fromPull([n, n])),
      stage(
        (n: number, { index }) => {
          if (index === 3) throw new Error(`the last of ${n}`);
          return n;
        },
        { onFailure: 'deadLetter' },
      ),
    );
    expect(await run(flow)).toMatchObject({ in: 2, delivered: 1, deadLettered: 1 });
  });

  it('C9: are released with the stage, however many and however deep', () => {
    let released = 0;
    const leaf = () => new Observable<number>(() => () => released++);
    const flow = fromPull(numbers(3)).pipe(
      mergeMap(() => fromPull(numbers(2)).pipe(mergeMap(leaf))),
      stage((n: number) => n),
    );
    see(flow).running.unsubscribe();
    expect(released).toBe(6);
  });
});

it('C11: operators that wait for all of their sources are not starved by one of them', () => {
  const sink = handGranted(zip(fromPull(numbers(3)), fromPull(['a', 'b', 'c'])));
  sink.grant(3);
  expect(sink.received).toEqual([
    [0, 'a'],
    [1, 'b'],
    [2, 'c'],
  ]);
});
