import { describe, expect, it } from '@jest/globals';
import { filter, VirtualTimeScheduler } from 'rxjs';
import { Flowable } from '../../lib/credit/Flowable.js';
import type { FlowableSubscriber } from '../../lib/credit/FlowableSubscriber.js';
import { DELIVERIES_BEFORE_YIELD } from '../../lib/credit/Producer.js';
import { handGranted } from '../../lib/testing/HandGranted.js';

/** A flow whose subscriber the test holds in its hand. */
function held<T>(onSubscribe: (subscriber: FlowableSubscriber<T>) => void = () => undefined) {
  const subscribers: FlowableSubscriber<T>[] = [];
  const flow = new Flowable<T>((subscriber) => {
    subscribers.push(subscriber);
    onSubscribe(subscriber);
  });
  const the = (): FlowableSubscriber<T> => {
    const [subscriber] = subscribers;
    if (subscriber === undefined) throw new Error('nobody has subscribed');
    return subscriber;
  };
  return { flow, the };
}

describe('FlowableSubscriber', () => {
  it('C14: its balance is Infinity where no stage lies below, and 0 after the end', () => {
    const { flow, the } = held();
    const running = flow.subscribe();
    expect(the().balance).toBe(Infinity);
    running.unsubscribe();
    expect(the().balance).toBe(0);
  });

  it('its balance is what may be sent now: grants minus arrivals', () => {
    const { flow, the } = held<number>((subscriber) => subscriber.onDemand(() => undefined));
    const sink = handGranted(flow);
    expect(the().balance).toBe(0);
    sink.grant(3);
    expect(the().balance).toBe(3);
    the().onDemand(() => the().next(1));
    expect(the().balance).toBe(2);
    sink.cancel();
    expect(the().balance).toBe(0);
  });

  it('C1: drain is called before onDemand returns where there is credit, and not at all where there is none', () => {
    const told: string[] = [];
    const { flow } = held<number>((subscriber) => {
      subscriber.onDemand(() => told.push(`asked for ${subscriber.balance}`));
      told.push('onDemand returned');
    });
    const sink = handGranted(flow);
    expect(told).toEqual(['onDemand returned']);
    sink.grant(2);
    flow.subscribe();
    expect(told.slice(1)).toEqual(['asked for 2', 'asked for Infinity', 'onDemand returned']);
  });

  it('a second onDemand replaces the drain, and the producer is counted once', () => {
    const { flow, the } = held<number>((subscriber) => {
      subscriber.onDemand(() => undefined);
      subscriber.onDemand(() => undefined);
    });
    const sink = handGranted(flow);
    expect(sink.account.producers).toEqual([the()]);
    sink.cancel();
    expect(sink.account.producers).toEqual([]);
  });

  it('C5: drain is not entered again by a grant out of a delivery', () => {
    let inside = 0;
    let deepest = 0;
    let n = 0;
    const { flow } = held<number>((subscriber) =>
      subscriber.onDemand(() => {
        deepest = Math.max(deepest, ++inside);
        while (subscriber.balance > 0) subscriber.next(n++);
        inside--;
      }),
    );
    const sink = handGranted(flow, { next: (value, self) => value < 9 && self.grant(1) });
    sink.grant(1);
    expect({ received: sink.received.length, deepest, inside }).toEqual({ received: 10, deepest: 1, inside: 0 });
  });

  it('what drain throws is the error of the flow', () => {
    const failure = new Error('disk');
    const { flow } = held((subscriber) =>
      subscriber.onDemand(() => {
        throw failure;
      }),
    );
    const sink = handGranted(flow);
    sink.grant(1);
    expect(sink.ending).toEqual({ kind: 'error', error: failure });
    expect(sink.account.producers).toEqual([]);
  });

  it.each([
    ['complete', (subscriber: FlowableSubscriber<number>) => subscriber.complete()],
    ['error', (subscriber: FlowableSubscriber<number>) => subscriber.error('x')],
    ['unsubscribe', (subscriber: FlowableSubscriber<number>) => subscriber.unsubscribe()],
  ])('C9: after %s nothing is sent, told or asked any more', (_, end) => {
    let asked = 0;
    const { flow, the } = held<number>((subscriber) => subscriber.onDemand(() => asked++));
    const sink = handGranted(flow);
    end(the());
    const { ending } = sink;
    the().next(1);
    the().error('late');
    the().complete();
    the().onDemand(() => asked++);
    sink.grant(1);
    expect({ asked, received: sink.received, late: sink.late, ending: sink.ending }).toEqual({
      asked: 0,
      received: [],
      late: [],
      ending,
    });
  });

  it('C7: yields through its scheduler after 65,536 deliveries in a row that did not arrive', () => {
    const scheduler = new VirtualTimeScheduler();
    let sent = 0;
    const { flow } = held<number>((subscriber) => {
      subscriber.scheduler = scheduler;
      subscriber.onDemand(() => {
        while (subscriber.balance > 0) subscriber.next(sent++);
      });
    });
    const wanted = 2 * DELIVERIES_BEFORE_YIELD + 10;
    const sink = handGranted(flow.pipe(filter((n) => n === wanted)));
    sink.grant(1);
    expect({ sent, timers: scheduler.actions.length }).toEqual({ sent: DELIVERIES_BEFORE_YIELD, timers: 1 });
    scheduler.flush();
    expect({ sent, received: sink.received }).toEqual({ sent: wanted + 1, received: [wanted] });
    sink.cancel();
    expect(scheduler.actions).toHaveLength(0);
  });

  it('C7: does not yield where records arrive now and then, nor where no stage lies below', () => {
    const scheduler = new VirtualTimeScheduler();
    const total = 3 * DELIVERIES_BEFORE_YIELD;
    const { flow } = held<number>((subscriber) => {
      subscriber.scheduler = scheduler;
      let n = 0;
      subscriber.onDemand(() => {
        while (n < total && subscriber.balance > 0) subscriber.next(n++);
        if (n === total) subscriber.complete();
      });
    });
    const sink = handGranted(flow.pipe(filter((n) => n % 1000 === 0)));
    sink.grantAll();
    flow.pipe(filter(() => false)).subscribe();
    expect({ kind: sink.ending?.kind, timers: scheduler.actions.length }).toEqual({ kind: 'complete', timers: 0 });
  });

  it('C9: a yield leaves no timer when the flow is unsubscribed during it', () => {
    const scheduler = new VirtualTimeScheduler();
    const { flow } = held<number>((subscriber) => {
      subscriber.scheduler = scheduler;
      subscriber.onDemand(() => {
        while (subscriber.balance > 0) subscriber.next(0);
      });
    });
    const sink = handGranted(flow.pipe(filter(() => false)));
    sink.grant(1);
    expect(scheduler.actions).toHaveLength(1);
    sink.cancel();
    expect(scheduler.actions).toHaveLength(0);
  });
});
