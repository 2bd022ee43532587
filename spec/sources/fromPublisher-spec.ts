import { describe, expect, it } from '@jest/globals';
import { concatMap, filter, merge, mergeMap, repeat, take } from 'rxjs';
import { stage } from '../../lib/operators/stage.js';
import { run } from '../../lib/sinks/run.js';
import { toPublisher } from '../../lib/sinks/toPublisher.js';
import { fromPublisher } from '../../lib/sources/fromPublisher.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import type { Publisher, Subscriber, Subscription } from '../../lib/sources/Publisher.js';
import { handGranted } from '../../lib/testing/HandGranted.js';
import { codeIn, messageIn, thrownBy } from '../credit/support/errors.js';
import { collectUnhandledErrors } from '../credit/support/unhandledErrors.js';
import { turn } from '../credit/support/waiting.js';
import { numbers, see } from '../operators/support/seen.js';
import { Works } from '../operators/support/Works.js';
import { HandPublisher } from './support/HandPublisher.js';

const unhandled = collectUnhandledErrors();

const UNBOUNDED = Number.MAX_SAFE_INTEGER;

/** Gives what is requested from inside `request`. */
const synchronous = (last = Infinity): HandPublisher<number> => {
  let n = 0;
  let depth = 0;
  let wanted = 0;
  return new HandPublisher<number>({
    request: (count, subscriber) => {
      wanted += count;
      if (depth++ === 0) {
        while (wanted > 0 && n < last) {
          wanted--;
          subscriber.onNext(n++);
        }
        if (n === last) {
          n++;
          subscriber.onComplete();
        }
      }
      depth--;
    },
  });
};

describe('fromPublisher', () => {
  it('C1: requests what is granted, as it is granted', () => {
    const publisher = new HandPublisher<number>();
    const sink = handGranted(fromPublisher(publisher));
    expect(publisher.asked).toEqual([]);
    sink.grant(1);
    sink.grant(1);
    expect(publisher.asked).toEqual([1, 1]);
    publisher.give(1, 2);
    sink.grant(1);
    expect([publisher.asked, sink.received]).toEqual([
      [1, 1, 1],
      [1, 2],
    ]);
  });

  it('C4: a stage below makes few requests, each half its capacity', () => {
    const publisher = new HandPublisher<number>();
    const running = fromPublisher(publisher)
      .pipe(stage((n: number) => n, { capacity: 8 }))
      .subscribe();
    expect(publisher.asked).toEqual([8]);
    publisher.give(...numbers(8));
    expect(publisher.asked).toEqual([8, 4, 4]);
    running.unsubscribe();
    expect(publisher.asked).toEqual([8, 4, 4, 'cancel']);
  });

  it('C4: what a filter drops is asked for again by half the capacity', () => {
    const publisher = new HandPublisher<number>();
    see(
      fromPublisher(publisher).pipe(
        filter(() => false),
        stage((n: number) => n, { capacity: 8 }),
      ),
    );
    publisher.give(...numbers(8));
    expect(publisher.asked).toEqual([8, 4, 4]);
  });

  it('C14: with no stage below, demand is unbounded and requested once', () => {
    const publisher = new HandPublisher<number>();
    const { seen } = see(fromPublisher(publisher));
    publisher.give(1, 2, 3);
    publisher.subscriber.onComplete();
    expect([seen, publisher.asked]).toEqual([[1, 2, 3, '|'], [UNBOUNDED]]);
  });

  it('C2: a slow stage bounds what is on its way', async () => {
    const publisher = new HandPublisher<number>();
    const works = new Works<number>();
    see(fromPublisher(publisher).pipe(stage(works.start, { capacity: 4 })));
    publisher.give(1, 2, 3, 4);
    expect(publisher.asked).toEqual([4]);
    await works.finish(1, 1);
    await works.finish(2, 2);
    expect(publisher.asked).toEqual([4, 2]);
  });

  it('no more than 256 are requested at once, however much a consumer grants', () => {
    const publisher = new HandPublisher<number>();
    const subscriber: Subscriber<number> = {
      onSubscribe: (subscription) => subscription.request(Infinity),
      onNext: () => undefined,
      onError: () => undefined,
      onComplete: () => undefined,
    };
    toPublisher(fromPublisher(publisher)).subscribe(subscriber);
    expect(publisher.asked).toEqual([256]);
    publisher.give(...numbers(256));
    expect(publisher.asked).toEqual([256, 128, 128]);
  });

  it('C5: a publisher that answers inside request needs no stack and no queue', () => {
    const limit = 200_000;
    const publisher = synchronous(limit);
    let seen = 0;
    fromPublisher(publisher)
      .pipe(stage((n: number) => n, { capacity: 2 }))
      .subscribe(() => seen++);
    expect(seen).toBe(limit);
    const other = synchronous();
    const sink = handGranted(fromPublisher(other).pipe(take(limit)), { grant: 2 ** 40 });
    expect(sink.received).toHaveLength(limit);
    expect(other.asked.at(-1)).toBe('cancel');
  });

  it('C6: two publishers share a credit; what comes when it is used is held, and nothing is lost', () => {
    const [one, two] = [new HandPublisher<number>(), new HandPublisher<number>()];
    const sink = handGranted(merge(fromPublisher(one), fromPublisher(two)));
    sink.grant(2);
    const asked = [...one.asked, ...two.asked];
    expect(asked.length).toBeGreaterThan(1);
    const [ones, twos] = [one.requested, two.requested];
    one.give(...numbers(ones));
    two.give(...numbers(twos).map((n) => n + 10));
    one.subscriber.onComplete();
    two.subscriber.onComplete();
    expect(sink.received).toHaveLength(2);
    for (let n = 0; n < 10; n++) sink.grant(1);
    expect(sink.received.sort()).toEqual([...numbers(ones), ...numbers(twos).map((n) => n + 10)].sort());
    expect(sink.ending).toEqual({ kind: 'complete' });
  });

  it('C6b: goes through concatMap to inner flows', () => {
    const publisher = synchronous(50);
    const sink = handGranted(fromPublisher(publisher).pipe(concatMap((n) => fromPull([n, n + 0.5]))));
    for (let n = 0; n < 200; n++) sink.grant(1);
    expect(sink.received).toEqual(numbers(50).flatMap((n) => [n, n + 0.5]));
    expect(sink.ending).toEqual({ kind: 'complete' });
  });

  it('C10: the end and the very error wait behind what is held', () => {
    const error = new Error('no');
    const one = new HandPublisher<number>();
    const two = new HandPublisher<number>();
    const sink = handGranted(merge(fromPublisher(one), fromPublisher(two)));
    sink.grant(1);
    two.give(...numbers(two.requested));
    one.give(...numbers(one.requested));
    one.subscriber.onError(error);
    expect(sink.ending).toBeNull();
    sink.grant(5);
    expect(sink.ending).toEqual({ kind: 'error', error });
    expect((sink.ending as unknown as { error: unknown }).error).toBe(error);
    expect(two.asked.at(-1)).toBe('cancel');
    expect(one.asked).not.toContain('cancel');
  });

  it('C9: cancels once, and not after the end (rules 2.3, 2.4)', () => {
    const publisher = new HandPublisher<number>();
    const { running } = see(fromPublisher(publisher));
    running.unsubscribe();
    running.unsubscribe();
    expect(publisher.asked).toEqual([UNBOUNDED, 'cancel']);
    for (const end of [
      (subscriber: Subscriber<number>) => subscriber.onComplete(),
      (subscriber: Subscriber<number>) => subscriber.onError('no'),
    ]) {
      const ended = new HandPublisher<number>();
      const { running } = see(fromPublisher(ended));
      end(ended.subscriber);
      running.unsubscribe();
      expect(ended.asked).toEqual([UNBOUNDED]);
    }
  });

  it('rule 2.8: takes what comes after a cancellation for what it is', async () => {
    const publisher = new HandPublisher<number>();
    const { seen, running } = see(fromPublisher(publisher));
    running.unsubscribe();
    publisher.give(1, 2);
    publisher.subscriber.onComplete();
    expect([seen, await unhandled()]).toEqual([[], []]);
  });

  it('cancels a subscription that comes when nobody wants it any more (rule 2.6)', () => {
    const publisher = new HandPublisher<number>({ subscribe: () => undefined });
    const { running } = see(fromPublisher(publisher));
    running.unsubscribe();
    publisher.subscriber.onSubscribe(publisher.subscription);
    expect(publisher.asked).toEqual(['cancel']);
  });

  it('subscribes anew for each subscription', () => {
    const publisher = toPublisher(fromPull([1, 2]));
    expect(see(fromPublisher(publisher).pipe(repeat(2))).seen).toEqual([1, 2, 1, 2, '|']);
  });

  it('fails with what subscribe and request throw', () => {
    const error = new Error('no');
    const failing = () => {
      throw error;
    };
    expect(see(fromPublisher(new HandPublisher({ subscribe: failing }))).seen).toEqual([{ error }]);
    const publisher = new HandPublisher({ request: failing });
    expect(see(fromPublisher(publisher)).seen).toEqual([{ error }]);
    expect(publisher.asked).toEqual([UNBOUNDED, 'cancel']);
  });

  it('is a source like any other in a run', async () => {
    const report = await run(
      fromPublisher(toPublisher(fromPull(numbers(1000)))).pipe(
        filter((n) => n % 10 !== 0),
        stage(async (n: number) => n, { concurrency: 5 }),
      ),
    );
    expect(String(report)).toContain('in 1000 = delivered 900 + filtered 100');
  });

  it('refuses what is no publisher', () => {
    for (const publisher of [null, undefined, 5, {}, { subscribe: 1 }]) {
      const thrown = thrownBy(() => fromPublisher(publisher as unknown as Publisher<number>));
      expect([codeIn(thrown), messageIn(thrown)]).toEqual(['OPTION', expect.stringContaining('give a Publisher')]);
    }
  });
});

describe('a publisher that misbehaves', () => {
  type Misdeed = (subscriber: Subscriber<number>, subscription: Subscription) => void;
  const begun: Misdeed = (subscriber, subscription) => {
    subscriber.onSubscribe(subscription);
  };
  const misdeeds: [string, string, Misdeed][] = [
    [
      'gives more than was requested',
      '1.1',
      (subscriber, subscription) => {
        begun(subscriber, subscription);
        for (const n of [1, 2, 3, 4]) subscriber.onNext(n);
      },
    ],
    ['gives before onSubscribe', '1.9', (subscriber) => subscriber.onNext(1)],
    ['completes before onSubscribe', '1.9', (subscriber) => subscriber.onComplete()],
    ['fails before onSubscribe', '1.9', (subscriber) => subscriber.onError(new Error('no'))],
    [
      'calls onSubscribe twice',
      '2.12',
      (subscriber, subscription) => {
        begun(subscriber, subscription);
        begun(subscriber, subscription);
      },
    ],
    [
      'gives no Subscription',
      '1.9',
      (subscriber) => {
        subscriber.onSubscribe({ request: 1 } as unknown as Subscription);
      },
    ],
  ];

  it.each(misdeeds)('%s: is cancelled, and the flow fails and names rule %s', async (_, rule, misdeed) => {
    const publisher = new HandPublisher<number>({
      subscribe: (subscriber) => {
        misdeed(subscriber, publisher.subscription);
      },
    });
    const sink = handGranted(fromPublisher(publisher), { grant: 3 });
    const error = sink.ending?.kind === 'error' ? sink.ending.error : null;
    expect([codeIn(error), messageIn(error)]).toEqual([
      'REACTIVE_STREAMS',
      expect.stringContaining(`rule ${rule} of Reactive Streams`),
    ]);
    const cancels = publisher.asked.filter((asked) => asked === 'cancel');
    expect(cancels).toHaveLength(rule === '1.9' ? 0 : rule === '2.12' ? 2 : 1);
    expect(sink.received).toEqual(rule === '1.1' ? [1, 2, 3] : []);
    expect(await unhandled()).toEqual([]);
  });

  it('the error that came too early is the cause', () => {
    const error = new Error('no');
    const publisher = new HandPublisher<number>({ subscribe: (subscriber) => subscriber.onError(error) });
    expect(see(fromPublisher(publisher)).seen).toEqual([{ error: expect.objectContaining({ cause: error }) }]);
  });

  it.each<[string, Misdeed]>([
    ['gives', (subscriber) => subscriber.onNext(1)],
    ['completes', (subscriber) => subscriber.onComplete()],
    ['fails', (subscriber) => subscriber.onError('late')],
    ['subscribes', begun],
  ])('%s after the end: the error is reported, since the flow is over', async (_, misdeed) => {
    const publisher = new HandPublisher<number>();
    const { seen } = see(fromPublisher(publisher));
    publisher.subscriber.onComplete();
    misdeed(publisher.subscriber, publisher.subscription);
    expect(seen).toEqual(['|']);
    expect((await unhandled()).map(codeIn)).toEqual(['REACTIVE_STREAMS']);
  });

  it.each<[string, Misdeed]>([
    ['onSubscribe', (subscriber) => subscriber.onSubscribe(null as unknown as Subscription)],
    ['onNext', (subscriber) => subscriber.onNext(null as unknown as number)],
    ['onNext', (subscriber) => subscriber.onNext(undefined as unknown as number)],
    ['onError', (subscriber) => subscriber.onError(null)],
    ['onError', (subscriber) => subscriber.onError(undefined)],
  ])('rule 2.13: null in %s throws a TypeError at its caller and fails the flow', (_, misdeed) => {
    const publisher = new HandPublisher<number>();
    const { seen } = see(fromPublisher(publisher));
    const thrown = thrownBy(() => {
      misdeed(publisher.subscriber, publisher.subscription);
    });
    expect([thrown, messageIn(thrown)]).toEqual([expect.any(TypeError), expect.stringContaining('rule 2.13')]);
    expect(seen).toEqual([{ error: expect.objectContaining({ code: 'REACTIVE_STREAMS' }) }]);
    expect(publisher.asked.at(-1)).toBe('cancel');
  });

  it('what was requested and came is still delivered before the fault is told', () => {
    const [one, two] = [new HandPublisher<number>(), new HandPublisher<number>()];
    const sink = handGranted(merge(fromPublisher(one), fromPublisher(two)));
    sink.grant(1);
    two.give(...numbers(two.requested));
    const { requested } = one;
    expect(requested).toBeGreaterThan(0);
    one.give(...numbers(requested + 1));
    expect([one.asked.at(-1), sink.ending]).toEqual(['cancel', null]);
    sink.grant(9);
    expect(sink.received.filter((n) => n < requested).length).toBeGreaterThanOrEqual(requested);
    expect(sink.ending?.kind).toBe('error');
  });

  it('rule 1.3: what it gives inside a delivery comes behind it', async () => {
    const publisher = new HandPublisher<number>();
    const seen: string[] = [];
    fromPublisher(publisher)
      .pipe(mergeMap((n) => [n]))
      .subscribe((n) => {
        seen.push(`<${String(n)}`);
        if (n === 1) publisher.give(2);
        seen.push(`${String(n)}>`);
      });
    publisher.give(1);
    await turn();
    expect(seen).toEqual(['<1', '1>', '<2', '2>']);
  });
});
