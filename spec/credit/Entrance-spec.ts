import { describe, expect, it } from '@jest/globals';
import {
  bufferCount,
  concat,
  connect,
  delay,
  endWith,
  groupBy,
  mergeMap,
  merge,
  Observable,
  of,
  range,
  share,
  startWith,
  Subject,
  take,
  takeUntil,
  toArray,
  windowCount,
  type OperatorFunction,
} from 'rxjs';
import type { SluiceError } from '../../lib/credit/SluiceError.js';
import { onBackpressureBuffer } from '../../lib/sources/onBackpressureBuffer.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { stage } from '../../lib/operators/stage.js';
import { handFed } from '../../lib/testing/HandFed.js';
import { codeIn } from './support/errors.js';
import { never, turn } from './support/waiting.js';

function* endless() {
  for (let n = 0; n < 1_000_000; n++) yield n;
}

/** What a subscriber sees: values, then '|' or the code of the error. */
function seenOf(flow: Observable<unknown>): unknown[] {
  const seen: unknown[] = [];
  flow.subscribe({
    next: (value) => seen.push(value),
    error: (error) => seen.push(codeIn(error)),
    complete: () => seen.push('|'),
  });
  return seen;
}

describe('an entrance', () => {
  it('C6a: closes when an operator above ends, which releases the source, and the stage goes on', () => {
    const stop = new Subject<void>();
    const work = new Subject<string>();
    const source = handFed<number>();
    const seen = seenOf(
      source.pipe(
        takeUntil(stop),
        stage(() => work, { capacity: 4 }),
      ),
    );
    source.send(1);
    stop.next();
    expect({ subscribed: source.subscribed, seen }).toEqual({ subscribed: false, seen: [] });
    work.next('late');
    work.complete();
    expect(seen).toEqual(['late', '|']);
  });

  it('C6a: take above a stage releases the source at once', () => {
    const source = handFed(endless());
    const seen = seenOf(source.pipe(take(2), stage(never, { capacity: 8, concurrency: 8 })));
    expect({ subscribed: source.subscribed, delivered: source.delivered, seen }).toEqual({
      subscribed: false,
      delivered: 2,
      seen: [],
    });
  });

  it('C7: what arrives inside subscribe and complete counts as delivered', () => {
    const link: OperatorFunction<number, unknown> = (source) =>
      source.pipe(startWith('first'), bufferCount(2), endWith('last'));
    expect(
      seenOf(
        fromPull([1, 2]).pipe(
          link,
          stage((value: unknown) => value),
        ),
      ),
    ).toEqual([['first', 1], [2], 'last', '|']);
    expect(
      seenOf(
        fromPull([1, 2]).pipe(
          toArray(),
          stage((all) => all),
        ),
      ),
    ).toEqual([[1, 2], '|']);
    expect(seenOf(concat(of(0), fromPull([1])).pipe(stage((n: number) => n)))).toEqual([0, 1, '|']);
  });

  it('C8: a push takes a place while there is one, and past them the source cannot stop', () => {
    const seen = seenOf(range(0, 5).pipe(stage(never, { capacity: 3 })));
    expect(seen).toEqual(['OVERFLOW']);
    expect(seenOf(range(0, 3).pipe(stage(never, { capacity: 3 })))).toEqual([]);
  });
});

describe('a link that is cut (C6c)', () => {
  it.each<[string, OperatorFunction<number, number>]>([
    ['share', share()],
    ['connect', connect((shared) => merge(shared, shared))],
    ['a plain observer', (source) => new Observable((target) => source.subscribe((n) => target.next(n)))],
  ])('fails the stage at its first record, cancels the flow, and names the stage: %s', (_, cut) => {
    const errors: SluiceError[] = [];
    const source = handFed(endless());
    source
      .pipe(
        cut,
        stage((n) => n, { name: 'save' }),
      )
      .subscribe({ error: (error: SluiceError) => errors.push(error) });
    expect(errors.map(({ code }) => code)).toEqual(['CUT_LINK']);
    expect(errors[0]?.message).toContain("'save'");
    expect({ delivered: source.delivered, subscribed: source.subscribed }).toEqual({ delivered: 1, subscribed: false });
  });

  it('is found at the first record of a Subject that a flow feeds by hand', () => {
    const subject = new Subject<number>();
    const seen = seenOf(subject.pipe(stage((n) => n)));
    fromPull([1, 2]).subscribe(subject);
    expect(seen).toEqual(['CUT_LINK']);
  });

  it('exempt is a stage that was subscribed inside that very delivery', () => {
    const flow = fromPull([1, 2]).pipe(mergeMap((n) => of(n, n * 10).pipe(stage((m: number) => m + 1))));
    expect(seenOf(flow)).toEqual([2, 11, 3, 21, '|']);
  });

  it('exempt is a stage with an overflow policy', () => {
    const subject = new Subject<number>();
    const seen = seenOf(subject.pipe(stage((n) => n, { overflow: 'dropNewest' })));
    fromPull([1, 2]).subscribe(subject);
    expect(seen).toEqual([1, 2, '|']);
  });
});

describe('a link that is asynchronous (C7)', () => {
  it.each<[string, OperatorFunction<number, unknown>]>([
    ['delay', delay(0)],
    ['mergeMap over a promise', mergeMap((n) => Promise.resolve(n))],
  ])('fails the stage at its first record, however little comes: %s', async (_, link) => {
    const source = handFed<number>();
    const seen = seenOf(
      source.pipe(
        link,
        stage((value: unknown) => value),
      ),
    );
    source.send(1);
    expect(seen).toEqual([]);
    await turn(5);
    expect(seen).toEqual(['ASYNC_LINK']);
  });

  it('is found where the source has ended as well, however many records come together', async () => {
    const flow = fromPull(Array.from({ length: 500 }, (_, n) => n)).pipe(mergeMap((n) => Promise.resolve(n)));
    const seen = [fromPull([1]).pipe(delay(0)), flow].map((link) =>
      seenOf(link.pipe(stage((n) => n, { capacity: 1 }))),
    );
    await turn(10);
    expect(seen).toEqual([['ASYNC_LINK'], ['ASYNC_LINK']]);
  });

  it('is found while the source lives', async () => {
    const seen = seenOf(
      fromPull(endless()).pipe(
        mergeMap((n) => (n === 0 ? Promise.resolve(n) : never())),
        stage((n) => n),
      ),
    );
    await turn(5);
    expect(seen).toEqual(['ASYNC_LINK']);
  });

  it('is found where a push source is merged with a credited one, unless it has a policy', async () => {
    const mixed = async (policy: (source: Observable<number>) => Observable<number>) => {
      const pushes = new Subject<number>();
      const credited = handFed<number>();
      const seen = seenOf(merge(credited, policy(pushes)).pipe(stage((n) => n)));
      credited.send(1);
      pushes.next(2);
      await turn();
      return seen;
    };
    expect(await mixed((source) => source)).toEqual([1, 'ASYNC_LINK']);
    expect(await mixed((source) => source.pipe(onBackpressureBuffer()))).toEqual([1, 2]);
  });
});

describe('a record that is an Observable (C15)', () => {
  it.each<[string, OperatorFunction<number, unknown>]>([
    ['groupBy', groupBy((n) => n % 2)],
    ['windowCount', windowCount(2)],
  ])('is refused by a stage: %s', (_, operator) => {
    expect(
      seenOf(
        fromPull([1, 2]).pipe(
          operator,
          stage((value: unknown) => value),
        ),
      ),
    ).toEqual(['NESTED_OBSERVABLE']);
  });

  it('is refused whatever copy of RxJS made it, and on the shortest way through as well', () => {
    const foreign = { subscribe: () => undefined, pipe: () => undefined };
    const seen = seenOf(fromPull<unknown>([1, foreign]).pipe(stage((value) => value)));
    expect(seen).toEqual([1, 'NESTED_OBSERVABLE']);
  });

  it('is no refusal of values that only look a little like one', () => {
    const lookalikes = [{ subscribe: true }, { pipe: () => 1 }, () => 1, null, undefined, 'subscribe'];
    expect(seenOf(fromPull<unknown>(lookalikes).pipe(stage((value) => [value])))).toEqual([
      ...lookalikes.map((value) => [value]),
      '|',
    ]);
  });
});

describe('a fault of the protocol (C10)', () => {
  it('does not wait behind the records that were accepted', () => {
    const pushes = new Subject<number>();
    const seen = seenOf(pushes.pipe(stage(never, { capacity: 2 })));
    for (const n of [1, 2]) pushes.next(n);
    expect(seen).toEqual([]);
    pushes.next(3);
    expect(seen).toEqual(['OVERFLOW']);
    expect(pushes.observed).toBe(false);
  });

  it('passes through the stages below at once', () => {
    const pushes = new Subject<number>();
    const seen = seenOf(
      pushes.pipe(
        stage((n) => n, { capacity: 1 }),
        stage(never, { capacity: 1 }),
      ),
    );
    for (const n of [1, 2, 3]) pushes.next(n);
    expect(seen).toEqual(['OVERFLOW']);
  });
});
