import { describe, expect, it } from '@jest/globals';
import { map, Observable, Subscriber, take, toArray } from 'rxjs';
import { Flowable } from '../../lib/credit/Flowable.js';
import type { FlowableSubscriber } from '../../lib/credit/FlowableSubscriber.js';
import { handGranted } from '../../lib/testing/HandGranted.js';

const naturals = () =>
  new Flowable<number>((subscriber) => {
    let n = 0;
    subscriber.onDemand(() => {
      while (subscriber.balance > 0) subscriber.next(n++);
    });
  });

describe('Flowable', () => {
  it('is an Observable, and with no stage below emits all it has, synchronously', () => {
    const seen: unknown[] = [];
    expect(naturals()).toBeInstanceOf(Observable);
    naturals()
      .pipe(take(4), toArray())
      .subscribe((all) => seen.push(all));
    expect(seen).toEqual([[0, 1, 2, 3]]);
  });

  it('C1: emits only as much as the consumer below has granted', () => {
    const sink = handGranted(naturals().pipe(map((n) => n * 10)));
    expect(sink.received).toEqual([]);
    sink.grant(2);
    expect(sink.received).toEqual([0, 10]);
    sink.grant(1);
    expect(sink.received).toEqual([0, 10, 20]);
  });

  it('C1: without a drain it is an Observable as any other, and its records are pushed', () => {
    const seen: number[] = [];
    new Flowable<number>((subscriber) => {
      subscriber.next(1);
      subscriber.complete();
    }).subscribe((n) => seen.push(n));
    expect(seen).toEqual([1]);
  });

  it('starts nothing for a subscriber that is closed (C6)', () => {
    let started = false;
    const closed = new Subscriber<number>();
    closed.unsubscribe();
    new Flowable<number>(() => {
      started = true;
    }).subscribe(closed);
    expect(started).toBe(false);
  });

  it.each([
    ['a function', (released: () => void) => released],
    ['a subscription', (unsubscribe: () => void) => ({ unsubscribe })],
  ])('C9: calls the teardown it returned, %s, once, however it ends', (_, teardown) => {
    for (const ending of ['complete', 'error', 'unsubscribe'] as const) {
      let released = 0;
      let subscriber: FlowableSubscriber<number> | undefined;
      const running = new Flowable<number>((given) => {
        subscriber = given;
        return teardown(() => released++);
      }).subscribe({ error: () => undefined });
      if (ending === 'unsubscribe') running.unsubscribe();
      else if (ending === 'complete') subscriber?.complete();
      else subscriber?.error('x');
      running.unsubscribe();
      expect(released).toBe(1);
    }
  });

  it('turns what its function throws into an error', () => {
    const failure = new Error('cannot open');
    const sink = handGranted(
      new Flowable<number>(() => {
        throw failure;
      }),
    );
    expect(sink.ending).toEqual({ kind: 'error', error: failure });
  });

  it('runs its function anew for each subscription', () => {
    const flow = naturals();
    const [first, second] = [handGranted(flow), handGranted(flow)];
    first.grant(3);
    second.grant(1);
    expect([first.received, second.received]).toEqual([[0, 1, 2], [0]]);
  });
});
