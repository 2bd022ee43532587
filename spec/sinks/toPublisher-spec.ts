import { describe, expect, it } from '@jest/globals';
import { EMPTY, filter, map, merge, mergeMap, NEVER, Observable, of, Subject, take, tap, throwError } from 'rxjs';
import { stage } from '../../lib/operators/stage.js';
import { withRecord } from '../../lib/operators/withRecord.js';
import { toPublisher } from '../../lib/sinks/toPublisher.js';
import { run } from '../../lib/sinks/run.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import type { Subscriber } from '../../lib/sources/Publisher.js';
import { handFed } from '../../lib/testing/HandFed.js';
import { codeIn, messageIn, thrownBy } from '../credit/support/errors.js';
import { collectUnhandledErrors } from '../credit/support/unhandledErrors.js';
import { turn } from '../credit/support/waiting.js';
import { numbers } from '../operators/support/seen.js';
import { CommittingLog } from '../records/support/CommittingLog.js';
import { HandSubscriber, type Hooks } from './support/HandSubscriber.js';

const unhandled = collectUnhandledErrors();

function subscribed<T>(flow: Observable<T>, hooks?: Hooks<T>): HandSubscriber<T> {
  const subscriber = new HandSubscriber<T>(hooks);
  toPublisher(flow).subscribe(subscriber);
  return subscriber;
}

/** What came behind onSubscribe. */
const of_ = <T>({ signals }: HandSubscriber<T>): unknown[] => signals.slice(1);

const naturals = function* (): Generator<number, void, void> {
  for (let n = 0; ; n++) yield n;
};

describe('toPublisher', () => {
  it('C1, rule 1.1: gives what was requested and pulls no more', () => {
    const source = handFed(numbers(10));
    const subscriber = subscribed(source);
    expect([subscriber.signals, source.delivered]).toEqual([['subscribed'], 0]);
    subscriber.request(2);
    expect([of_(subscriber), source.delivered, source.requested]).toEqual([[0, 1], 2, 2]);
    subscriber.request(1);
    subscriber.request(3);
    expect([of_(subscriber), source.delivered]).toEqual([numbers(6), 6]);
  });

  it('rule 1.2, 1.5: completes when the flow does, with less than was requested', () => {
    const subscriber = subscribed(fromPull([1, 2]));
    subscriber.request(100);
    expect(of_(subscriber)).toEqual([1, 2, 'complete']);
  });

  it('rule 1.5: an empty flow completes without a request', () => {
    expect(subscribed(EMPTY).signals).toEqual(['subscribed', 'complete']);
  });

  it('rule 1.4: passes the very error on, behind what came before it', () => {
    const error = new Error('no');
    const failing = function* () {
      yield 1;
      throw error;
    };
    const subscriber = subscribed(fromPull(failing));
    subscriber.request(5);
    expect(of_(subscriber)).toEqual([1, { error }]);
    expect((subscriber.signals[2] as { error: unknown }).error).toBe(error);
    expect(of_(subscribed(throwError(() => 'a string')))).toEqual([{ error: 'a string' }]);
  });

  it('rule 1.1: what an operator makes too many of one waits for the next request', () => {
    const subscriber = subscribed(fromPull([1, 2]).pipe(mergeMap((n) => [n, n + 0.1, n + 0.2])));
    subscriber.request(1);
    expect(of_(subscriber)).toEqual([1]);
    subscriber.request(1);
    expect(of_(subscriber)).toEqual([1, 1.1]);
    subscriber.request(3);
    expect(of_(subscriber)).toEqual([1, 1.1, 1.2, 2, 2.1]);
    subscriber.request(1);
    expect(of_(subscriber)).toEqual([1, 1.1, 1.2, 2, 2.1, 2.2]);
    subscriber.request(1);
    expect(of_(subscriber).at(-1)).toBe('complete');
  });

  it('C10: the end waits behind what was made too many', () => {
    const expanded = subscribed(
      fromPull([1, 2]).pipe(
        take(1),
        mergeMap((n) => [n, n]),
      ),
    );
    expanded.request(1);
    expect(of_(expanded)).toEqual([1]);
    expanded.request(1);
    expect(of_(expanded)).toEqual([1, 1, 'complete']);
  });

  it('C3: past the bound of an overdraft it fails at once', () => {
    const subscriber = subscribed(fromPull([1]).pipe(mergeMap(() => numbers(10_005))));
    subscriber.request(1);
    expect(of_(subscriber)).toEqual([0, { error: expect.objectContaining({ code: 'OVERDRAFT' }) }]);
  });

  it('C8: a source that cannot stop fails with OVERFLOW, behind what was requested', () => {
    const subject = new Subject<number>();
    const subscriber = subscribed(subject);
    subscriber.request(1);
    subject.next(1);
    subject.next(2);
    expect(of_(subscriber)).toEqual([1, { error: expect.objectContaining({ code: 'OVERFLOW' }) }]);
    expect(subject.observed).toBe(false);
  });

  it('goes through the stages of a pipeline, synchronous or not', async () => {
    const pipeline = fromPull(numbers(100)).pipe(
      stage((n: number) => n, { capacity: 4 }),
      filter((n) => n % 2 === 0),
      stage(async (n: number) => n, { capacity: 3 }),
    );
    const subscriber = subscribed(pipeline, {
      onSubscribe: (subscription) => subscription.request(1),
      onNext: (_, subscription) => subscription.request(1),
    });
    await turn(20);
    expect(of_(subscriber)).toEqual([...numbers(100).filter((n) => n % 2 === 0), 'complete']);
  });

  describe('rule 1.9', () => {
    it('throws a TypeError where the subscriber is null or is none', () => {
      const publisher = toPublisher(of(1));
      const bad = [null, undefined, 5, {}, { onSubscribe: 1 }] as unknown as Subscriber<number>[];
      for (const subscriber of bad) {
        const thrown = thrownBy(() => {
          publisher.subscribe(subscriber);
        });
        expect(thrown).toBeInstanceOf(TypeError);
        expect(messageIn(thrown)).toContain('1.9');
      }
    });

    it('calls onSubscribe before everything else, and subscribes to the flow behind it', () => {
      const order: string[] = [];
      const flow = new Observable<number>((target) => {
        order.push('flow');
        target.next(1);
        target.complete();
      });
      subscribed(flow, {
        onSubscribe: (subscription) => {
          subscription.request(1);
          order.push('onSubscribe');
        },
        onNext: () => order.push('onNext'),
        onComplete: () => order.push('onComplete'),
      });
      expect(order).toEqual(['onSubscribe', 'flow', 'onNext', 'onComplete']);
    });

    it('returns normally whatever the flow does when it is subscribed', () => {
      const broken = Object.assign(new Observable<number>(), {
        subscribe: () => {
          throw new Error('at once');
        },
      });
      expect(of_(subscribed(broken))).toEqual([{ error: expect.objectContaining({ message: 'at once' }) }]);
    });
  });

  it('rule 1.11: each subscriber subscribes to the flow anew, with a demand of its own', () => {
    const publisher = toPublisher(fromPull([1, 2, 3]));
    const [one, two] = [new HandSubscriber<number>(), new HandSubscriber<number>()];
    publisher.subscribe(one);
    publisher.subscribe(two);
    one.request(3);
    two.request(1);
    expect([of_(one), of_(two)]).toEqual([[1, 2, 3], [1]]);
  });

  it('a source that has been read is told by onError behind onSubscribe', () => {
    const publisher = toPublisher(fromPull(naturals()));
    publisher.subscribe(new HandSubscriber<number>());
    const late = new HandSubscriber<number>();
    publisher.subscribe(late);
    expect(late.signals).toEqual(['subscribed', { error: expect.objectContaining({ code: 'SOURCE_CONSUMED' }) }]);
  });

  describe('rules 1.3 and 3.3', () => {
    it('requests inside onNext and onSubscribe make no signal inside another, and need no stack', () => {
      const wanted = 200_000;
      let seen = 0;
      const subscriber = subscribed(fromPull(naturals), {
        onSubscribe: (subscription) => subscription.request(1),
        onNext: (_, subscription) => {
          if (++seen === wanted) subscription.cancel();
          else subscription.request(1);
        },
      });
      expect([seen, subscriber.deepest]).toEqual([wanted, 1]);
    });

    it('a second source does not deliver inside onNext of the first', () => {
      const [one, two] = [handFed<number>(), handFed<number>()];
      const subscriber = subscribed(merge(one, two), { onNext: (_, subscription) => subscription.request(1) });
      subscriber.request(1);
      one.send(1, 2, 3);
      two.send(10, 20);
      one.send(4);
      expect(subscriber.deepest).toBe(1);
      expect(of_(subscriber).sort()).toEqual([1, 2, 3, 4, 10, 20].sort());
    });

    it('what is pushed inside onNext waits until it returns, and so do the end and a bad request', () => {
      const subject = new Subject<number>();
      const subscriber = subscribed(subject, {
        onNext: (n) => {
          if (n < 3) subject.next(n + 1);
          else subject.complete();
        },
      });
      subscriber.request(10);
      subject.next(1);
      expect([of_(subscriber), subscriber.deepest]).toEqual([[1, 2, 3, 'complete'], 1]);
      const bad = subscribed(fromPull([1, 2]), { onNext: (_, subscription) => subscription.request(0) });
      bad.request(2);
      expect([of_(bad), bad.deepest]).toEqual([[1, { error: expect.any(RangeError) }], 1]);
    });
  });

  describe('rules 3.6, 3.7, 3.12: after cancel', () => {
    it('nothing comes, the flow is released at once, and further calls do nothing', () => {
      const source = handFed(numbers(10));
      const subscriber = subscribed(source);
      subscriber.request(1);
      subscriber.cancel();
      expect(source.subscribed).toBe(false);
      subscriber.request(5);
      subscriber.request(-1);
      subscriber.cancel();
      expect(of_(subscriber)).toEqual([0]);
    });

    it('inside onSubscribe: the flow is not subscribed', () => {
      const source = handFed([1]);
      const subscriber = subscribed(source, { onSubscribe: (subscription) => subscription.cancel() });
      expect([subscriber.signals, source.feeds.length]).toEqual([['subscribed'], 0]);
    });

    it('inside onNext: nothing more comes, not even what was made too many', () => {
      const subscriber = subscribed(fromPull([1, 2]).pipe(mergeMap((n) => [n, n])), {
        onNext: (_, subscription) => subscription.cancel(),
      });
      subscriber.request(10);
      expect(of_(subscriber)).toEqual([1]);
    });

    it('rule 1.6, 1.7: nor after the end', () => {
      const subscriber = subscribed(fromPull([1]), { onComplete: () => subscriber.request(0) });
      subscriber.request(5);
      subscriber.request(-1);
      subscriber.cancel();
      expect(of_(subscriber)).toEqual([1, 'complete']);
    });

    it('rule 3.15: returns normally where a teardown throws, which is reported', async () => {
      const subscriber = subscribed(
        new Observable<number>(() => () => {
          throw new Error('stuck');
        }),
      );
      subscriber.cancel();
      expect(String(await unhandled())).toContain('stuck');
    });

    it('rule 3.13: the subscriber can be collected while its subscription and the publisher are held', async () => {
      const publisher = toPublisher(NEVER);
      const held: { subscription: unknown }[] = [];
      const observe = () => {
        const subscriber = new HandSubscriber();
        publisher.subscribe(subscriber);
        held.push({ subscription: subscriber.subscription });
        subscriber.request(1);
        subscriber.cancel();
        return new WeakRef(subscriber);
      };
      const reference = observe();
      for (let round = 0; round < 20 && reference.deref() !== undefined; round++) {
        await turn();
        globalThis.gc?.();
      }
      expect([reference.deref(), held.length]).toEqual([undefined, 1]);
    });
  });

  describe('rule 3.9: a request that is none', () => {
    const bad = [0, -0, -1, NaN, 0.5, 1.5, -Infinity, '5', null, undefined, 5n, {}] as number[];
    it.each(bad.map((count) => [count]))('%p cancels the flow and ends with a RangeError', (count) => {
      const source = handFed([1, 2]);
      const subscriber = subscribed(source);
      subscriber.request(1);
      subscriber.request(count);
      subscriber.request(1);
      const { error } = subscriber.signals[2] as { error: Error };
      expect([of_(subscriber).length, source.subscribed, error]).toEqual([2, false, expect.any(RangeError)]);
      expect(error.message).toContain(`request(${typeof count === 'object' && count !== null ? 'an object' : ''}`);
      expect(error.message).toContain('rule 3.9');
      expect(error.message).toContain('non-positive subscription request');
    });

    it('inside onSubscribe it ends behind it, and the flow is not subscribed', () => {
      const source = handFed([1]);
      const subscriber = subscribed(source, { onSubscribe: (subscription) => subscription.request(-1) });
      expect(subscriber.signals).toEqual(['subscribed', { error: expect.any(RangeError) }]);
      expect([subscriber.deepest, source.feeds.length]).toEqual([1, 0]);
    });
  });

  describe('rules 3.8, 3.17: demand', () => {
    it.each([[2 ** 53 - 1], [2 ** 53], [2 ** 53 + 2], [9_223_372_036_854_775_807], [Number.MAX_VALUE], [Infinity]])(
      '%p is unbounded, and so is all that is added to it',
      (count) => {
        const subscriber = subscribed(fromPull(numbers(1000)));
        subscriber.request(1);
        subscriber.request(count);
        subscriber.request(count);
        expect(of_(subscriber)).toEqual([...numbers(1000), 'complete']);
      },
    );

    it('many small requests are added up', () => {
      const subject = new Subject<number>();
      const subscriber = subscribed(subject);
      for (let n = 0; n < 50; n++) subscriber.request(2);
      for (const n of numbers(100)) subject.next(n);
      expect(of_(subscriber)).toEqual(numbers(100));
    });

    it('an unbounded request from inside each onNext ends all the same', () => {
      let seen = 0;
      const subscriber = subscribed(fromPull(naturals), {
        onNext: (_, subscription) => {
          subscription.request(Number.MAX_SAFE_INTEGER);
          if (++seen === 10) subscription.cancel();
        },
      });
      subscriber.request(1);
      expect(of_(subscriber)).toEqual(numbers(10));
    });
  });

  describe('rule 2.13', () => {
    it.each(['onSubscribe', 'onNext', 'onError', 'onComplete'] as const)(
      'a subscriber whose %s throws has cancelled, and the error is reported',
      async (method) => {
        const error = new Error(method);
        const source = method === 'onError' ? throwError(() => 'no') : handFed([1, 2]);
        const subscriber = subscribed<number>(source, {
          [method]: () => {
            throw error;
          },
        });
        subscriber.request(3);
        expect(subscriber.signals.filter((signal) => signal === 2)).toHaveLength(method === 'onComplete' ? 1 : 0);
        expect(await unhandled()).toEqual([error]);
      },
    );

    it.each([[null], [undefined]])('a flow that gives %p ends with an error that says so', (value) => {
      const source = fromPull([1, value, 2]);
      const subscriber = subscribed(source);
      subscriber.request(5);
      expect(of_(subscriber)).toEqual([1, { error: expect.objectContaining({ code: 'REACTIVE_STREAMS' }) }]);
      expect(messageIn((subscriber.signals[2] as { error: unknown }).error)).toContain(`gave ${String(value)}`);
      expect(of_(subscribed(throwError(() => value)))).toEqual([
        { error: expect.objectContaining({ code: 'REACTIVE_STREAMS' }) },
      ]);
    });

    it('zero, the empty string, false and NaN are elements, and errors too', () => {
      const values = [0, '', false, NaN];
      const subscriber = subscribed(fromPull(values));
      subscriber.request(9);
      expect(of_(subscriber)).toEqual([...values, 'complete']);
      for (const value of values) expect(of_(subscribed(throwError(() => value)))).toEqual([{ error: value }]);
    });
  });

  describe('the books', () => {
    it('P2: a record is delivered when onNext has returned, cancelled where it throws or was never given', async () => {
      const log = new CommittingLog(3);
      const subscriber = subscribed(log.source.pipe(mergeMap((n) => (n === 1 ? [n, n] : [n]))), {
        onNext: (n) => {
          if (n === 2) throw new Error('no');
        },
      });
      subscriber.request(2);
      expect(log.told).toEqual(['0 delivered']);
      subscriber.request(2);
      expect(log.told).toEqual(['0 delivered', '1 delivered', '2 cancelled']);
      expect(await unhandled()).toHaveLength(1);
      const other = new CommittingLog(3);
      const leaving = subscribed(other.source.pipe(mergeMap((n) => [n, n])));
      leaving.request(1);
      leaving.cancel();
      expect(other.told).toEqual(['0 cancelled']);
    });

    it('P2: a record that withRecord asks for below a stage is delivered when onNext has returned', () => {
      const records: { readonly outcome: string }[] = [];
      const flow = fromPull([1, 2]).pipe(
        stage((n: number) => n),
        withRecord(),
        map(({ value, record }) => {
          records.push(record);
          return value;
        }),
      );
      subscribed(flow).request(2);
      expect(records.map(({ outcome }) => outcome)).toEqual(['delivered', 'delivered']);
    });

    it('P1: a publisher inside a delivery says nothing of the record around it', async () => {
      const inside = tap<number>(() => {
        subscribed(fromPull([1])).request(1);
      });
      const report = await run(
        fromPull([1, 2]).pipe(
          inside,
          filter(() => false),
          stage((n: number) => n),
        ),
      );
      expect(String(report)).toContain('in 2 = delivered 0 + filtered 2');
    });
  });

  it('refuses what is no Observable', () => {
    for (const flow of [null, undefined, 5, [1], { subscribe: 1 }]) {
      expect(codeIn(thrownBy(() => toPublisher(flow as unknown as Observable<number>)))).toBe('OPTION');
    }
  });

  it('C13: a plain map in between keeps every element', () => {
    const subscriber = subscribed(fromPull(numbers(5)).pipe(map((n) => n * 2)));
    subscriber.request(Infinity);
    expect(of_(subscriber)).toEqual([0, 2, 4, 6, 8, 'complete']);
  });
});
