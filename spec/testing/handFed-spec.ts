import { describe, expect, it } from '@jest/globals';
import { concat, filter, map, take } from 'rxjs';
import { stage } from '../../lib/operators/stage.js';
import { FlowTestScheduler, handFed, handGranted } from '../../lib/testing/index.js';

const counts = (source: { demands: readonly { count: number }[] }) => source.demands.map(({ count }) => count);

describe('handFed', () => {
  it('runs the example of its documentation', () => {
    const source = handFed<number>();
    const sink = handGranted(source.pipe(stage((n: number) => n * 2, { capacity: 4 })));
    expect(counts(source)).toEqual([4]);
    source.send(1, 2);
    sink.grant(1);
    expect(sink.received).toEqual([2]);
  });

  it('C1: holds what nobody has wanted yet', () => {
    const source = handFed<number>();
    const sink = handGranted(source);
    source.send(1, 2, 3);
    expect([source.waiting, source.delivered]).toEqual([3, 0]);
    sink.grant(2);
    expect([source.waiting, source.delivered, ...sink.received]).toEqual([1, 2, 1, 2]);
  });

  it('keeps what is sent before the subscription', () => {
    const source = handFed<number>();
    source.send(1, 2);
    expect([source.waiting, source.subscribed]).toEqual([2, false]);
    const sink = handGranted(source, { grant: 2 });
    expect(sink.received).toEqual([1, 2]);
  });

  it('records each demand and its time', async () => {
    const source = handFed<string>();
    await new FlowTestScheduler().run(({ expectFlow }) => {
      expectFlow(source, '--2--n-*--!', { n: 12 }).toRequest('--2--n-*', { n: 12 });
    });
    expect(source.demands).toEqual([
      { at: 2, count: 2 },
      { at: 5, count: 12 },
      { at: 7, count: Infinity },
    ]);
    expect(source.requested).toBe(Infinity);
  });

  it('C14: sees unbounded demand where no stage lies below', () => {
    const source = handFed<number>();
    source.subscribe();
    expect(counts(source)).toEqual([Infinity]);
  });

  it('counts only its own demand where a credit has served another source before', () => {
    const second = handFed<number>();
    const sink = handGranted(concat(handFed([1, 2]), second), { grant: 5 });
    expect(counts(second)).toEqual([3]);
    second.send(3);
    sink.grant(4);
    expect(counts(second)).toEqual([3, 4]);
  });

  it('C3: is not asked for more because a link drops records', () => {
    const source = handFed([1, 2, 3, 4, 5]);
    const sink = handGranted(source.pipe(filter((n) => n % 2 === 0)), { grant: 1 });
    expect([counts(source), sink.received, source.delivered]).toEqual([[1], [2], 2]);
  });

  it('completes and fails behind what was sent', () => {
    const source = handFed<number>();
    const sink = handGranted(source);
    source.send(1);
    source.complete();
    expect(sink.ending).toBeNull();
    sink.grant(1);
    expect([sink.received, sink.ending]).toEqual([[1], { kind: 'complete' }]);

    const failing = handFed<number>();
    const other = handGranted(failing, { grant: 1 });
    failing.error('why');
    expect(other.ending).toEqual({ kind: 'error', error: 'why' });
  });

  it('begins its stock anew for each subscription, and completes at its end', () => {
    const source = handFed([1, 2]);
    const received: number[] = [];
    const remember = (n: number) => received.push(n);
    source.subscribe(remember);
    source.pipe(take(1)).subscribe(remember);
    expect(received).toEqual([1, 2, 1]);
    expect(source.feeds.map(({ delivered, open }) => [delivered, open])).toEqual([
      [2, false],
      [1, false],
    ]);
  });

  it('calls its hooks from inside the demand and from inside the teardown', () => {
    const seen: string[] = [];
    const source = handFed<number>(undefined, {
      demand: (count, self) => {
        seen.push(`demand ${count}`);
        self.send(seen.length);
      },
      teardown: () => seen.push('teardown'),
    });
    const sink = handGranted(source, { grant: 1 });
    sink.grant(1);
    sink.cancel();
    expect(seen).toEqual(['demand 1', 'demand 1', 'teardown']);
    expect(sink.received).toEqual([1, 2]);
  });

  it('says so when it is told to end before anybody has subscribed', () => {
    expect(() => handFed().complete()).toThrow('nobody has subscribed');
  });

  const late = {
    emitsAfterComplete: { kind: 'next', value: 9 },
    emitsAfterError: { kind: 'next', value: 9 },
    emitsAfterUnsubscribe: { kind: 'next', value: 9 },
    completesTwice: { kind: 'complete' },
    errorsTwice: { kind: 'error', error: 9 },
    completesAfterUnsubscribe: { kind: 'complete' },
    errorsAfterComplete: { kind: 'error', error: 9 },
  };
  it.each(Object.keys(late) as (keyof typeof late)[])('can misbehave: %s', (how) => {
    const source = handFed<number>();
    const sink = handGranted(source, { grant: 1 });
    if (how.endsWith('Unsubscribe')) sink.cancel();
    source.misbehave(how, 9);
    expect(sink.late).toEqual([late[how]]);
    expect(sink.received).toEqual([]);
  });

  it('can misbehave: emitsWithoutCredit is a push, ignoresBalance a delivery too many', async () => {
    const pushing = handFed<number>();
    const first = handGranted(pushing);
    await new FlowTestScheduler().run(() => pushing.misbehave('emitsWithoutCredit', 1));
    expect(first.ending).toMatchObject({ kind: 'error', error: { code: 'ASYNC_LINK' } });

    const greedy = handFed<number>();
    const second = handGranted(greedy.pipe(map((n) => n)));
    greedy.misbehave('ignoresBalance', 1);
    expect([second.received, second.balance]).toEqual([[1], -1]);
  });
});
