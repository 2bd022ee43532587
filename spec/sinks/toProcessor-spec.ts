import { describe, expect, it } from '@jest/globals';
import { filter, identity, of, pipe, retry, take, type OperatorFunction } from 'rxjs';
import { stage } from '../../lib/operators/stage.js';
import { toProcessor } from '../../lib/sinks/toProcessor.js';
import { toPublisher } from '../../lib/sinks/toPublisher.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import type { Processor, Subscriber } from '../../lib/sources/Publisher.js';
import { codeIn, thrownBy } from '../credit/support/errors.js';
import { collectUnhandledErrors } from '../credit/support/unhandledErrors.js';
import { numbers } from '../operators/support/seen.js';
import { HandPublisher } from '../sources/support/HandPublisher.js';
import { HandSubscriber } from './support/HandSubscriber.js';

const unhandled = collectUnhandledErrors();

function joined<R>(operator: OperatorFunction<number, R>) {
  const publisher = new HandPublisher<number>();
  const processor = toProcessor(operator);
  const subscriber = new HandSubscriber<R>();
  publisher.subscribe(processor);
  processor.subscribe(subscriber);
  return { publisher, processor, subscriber };
}

const late = (processor: Processor<number, unknown>) => {
  const subscriber = new HandSubscriber<unknown>();
  processor.subscribe(subscriber);
  return subscriber;
};

describe('toProcessor', () => {
  it('C1: without a stage it requests what is requested of it', () => {
    const { publisher, subscriber } = joined(identity);
    expect([publisher.asked, subscriber.signals]).toEqual([[], ['subscribed']]);
    subscriber.request(2);
    publisher.give(1, 2);
    subscriber.request(1);
    expect([publisher.asked, subscriber.signals]).toEqual([
      [2, 1],
      ['subscribed', 1, 2],
    ]);
  });

  it('requests what its first stage has credit for', () => {
    const { publisher, subscriber } = joined(stage((n: number) => n * 2, { capacity: 4 }));
    expect(publisher.asked).toEqual([4]);
    publisher.give(1, 2, 3, 4);
    expect(subscriber.signals).toEqual(['subscribed']);
    subscriber.request(3);
    expect([subscriber.signals, publisher.asked]).toEqual([
      ['subscribed', 2, 4, 6],
      [4, 3],
    ]);
  });

  it('stands between a publisher and a subscriber in whichever order they come', () => {
    for (const order of ['publisher first', 'subscriber first']) {
      const processor = toProcessor<number, number>(
        pipe(
          filter((n) => n % 2 === 0),
          stage((n: number) => n),
        ),
      );
      const subscriber = new HandSubscriber<number>();
      const source = toPublisher(fromPull(numbers(10)));
      if (order === 'publisher first') source.subscribe(processor);
      processor.subscribe(subscriber);
      subscriber.request(100);
      if (order === 'subscriber first') source.subscribe(processor);
      expect(subscriber.signals).toEqual(['subscribed', 0, 2, 4, 6, 8, 'complete']);
    }
  });

  it('what came before the subscriber is kept for it: the end, an error and a fault', () => {
    const error = new Error('no');
    const signals: [(processor: Subscriber<number>) => void, unknown][] = [
      [(processor) => processor.onComplete(), 'complete'],
      [(processor) => processor.onError(error), { error }],
      [(processor) => processor.onNext(1), { error: expect.objectContaining({ code: 'REACTIVE_STREAMS' }) }],
    ];
    for (const [signal, told] of signals) {
      const publisher = new HandPublisher<number>();
      const processor = toProcessor<number, number>(identity);
      publisher.subscribe(processor);
      signal(processor);
      expect(late(processor).signals).toEqual(['subscribed', told]);
    }
  });

  it('rule 4.2: passes the very error on at once', () => {
    const error = new Error('no');
    const { publisher, subscriber } = joined(identity);
    publisher.subscriber.onError(error);
    expect((subscriber.signals[1] as { error: unknown }).error).toBe(error);
  });

  it('cancels its publisher once: when the subscriber cancels, and when the operator ends', () => {
    const cancelled = joined(identity);
    cancelled.subscriber.cancel();
    cancelled.subscriber.cancel();
    expect(cancelled.publisher.asked).toEqual(['cancel']);
    const ended = joined(take(1));
    ended.subscriber.request(5);
    ended.publisher.give(1);
    expect([ended.publisher.asked, ended.subscriber.signals]).toEqual([
      [5, 'cancel'],
      ['subscribed', 1, 'complete'],
    ]);
    const deaf = joined(() => of(7));
    deaf.subscriber.request(1);
    expect(deaf.publisher.asked).toEqual(['cancel']);
  });

  it('a publisher that comes when all is over is cancelled', () => {
    const processor = toProcessor<number, number>(identity);
    late(processor).cancel();
    const publisher = new HandPublisher<number>();
    publisher.subscribe(processor);
    expect(publisher.asked).toEqual(['cancel']);
  });

  it('a second subscriber gets SOURCE_CONSUMED, and the first notices nothing', () => {
    const { publisher, processor, subscriber } = joined(identity);
    expect(late(processor).signals).toEqual([
      'subscribed',
      { error: expect.objectContaining({ code: 'SOURCE_CONSUMED' }) },
    ]);
    subscriber.request(1);
    publisher.give(1);
    publisher.subscriber.onComplete();
    expect([subscriber.signals, publisher.asked]).toEqual([['subscribed', 1, 'complete'], [1]]);
  });

  it('an operator that subscribes to its source again is told so', () => {
    const { publisher, subscriber } = joined(retry(1));
    publisher.subscriber.onError('first');
    expect(subscriber.signals).toEqual(['subscribed', { error: expect.objectContaining({ code: 'SOURCE_CONSUMED' }) }]);
  });

  it('rule 2.5: a second Subscription is cancelled, and the stream fails', () => {
    const { publisher, processor, subscriber } = joined(identity);
    const second = new HandPublisher<number>();
    second.subscribe(processor);
    expect([publisher.asked, second.asked]).toEqual([['cancel'], ['cancel']]);
    expect(subscriber.signals).toEqual([
      'subscribed',
      { error: expect.objectContaining({ code: 'REACTIVE_STREAMS' }) },
    ]);
  });

  it('rules 1.9 and 2.13: null throws a TypeError at its caller', async () => {
    const calls: ((processor: Processor<number, number>) => void)[] = [
      (processor) => processor.subscribe(null as unknown as Subscriber<number>),
      (processor) => processor.onSubscribe(null as never),
      (processor) => processor.onNext(null as never),
      (processor) => processor.onError(null),
    ];
    for (const call of calls) {
      expect(thrownBy(() => call(toProcessor<number, number>(identity)))).toBeInstanceOf(TypeError);
    }
    expect(await unhandled()).toEqual([]);
  });

  it('refuses what is no operator', () => {
    for (const operator of [null, undefined, 5, {}]) {
      expect(codeIn(thrownBy(() => toProcessor(operator as never)))).toBe('OPTION');
    }
  });
});
