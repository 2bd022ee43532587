import { describe, expect, it } from '@jest/globals';
import { EMPTY, of } from 'rxjs';
import { stage } from '../../lib/operators/stage.js';
import { run } from '../../lib/sinks/run.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { handGranted } from '../../lib/testing/HandGranted.js';
import { turn } from '../credit/support/waiting.js';
import { numbers, see } from './support/seen.js';
import { Works } from './support/Works.js';

describe("order 'input'", () => {
  it('hands results on as the records came, whatever finishes first', async () => {
    const works = new Works<number>();
    const { seen } = see(fromPull(numbers(4)).pipe(stage(works.start, { concurrency: 3 })));
    await works.finish(2, 2);
    await works.finish(1, 1);
    expect([seen, works.begun]).toEqual([[], [0, 1, 2]]);
    await works.finish(0, 0);
    expect([seen, works.begun]).toEqual([
      [0, 1, 2],
      [0, 1, 2, 3],
    ]);
    await works.finish(3, 3);
    expect(seen).toEqual([0, 1, 2, 3, '|']);
  });

  it('a synchronous result waits behind a promise', async () => {
    const works = new Works<number>();
    const flow = fromPull([0, 1, 2]).pipe(stage((n: number) => (n === 0 ? works.start(n) : n), { concurrency: 3 }));
    const { seen } = see(flow);
    expect(seen).toEqual([]);
    await works.finish(0, 0);
    expect(seen).toEqual([0, 1, 2, '|']);
  });
});

describe("order 'none'", () => {
  it('hands results on as the work ends', async () => {
    const works = new Works<number>();
    const { seen } = see(fromPull(numbers(4)).pipe(stage(works.start, { concurrency: 3, order: 'none' })));
    await works.finish(2, 2);
    await works.finish(0, 0);
    expect(works.begun).toEqual([0, 1, 2, 3]);
    await works.finish(3, 3);
    await works.finish(1, 1);
    expect(seen).toEqual([2, 0, 3, 1, '|']);
  });

  it('keeps the order in which work ended where results wait for credit', async () => {
    const works = new Works<number>();
    const sink = handGranted(fromPull(numbers(3)).pipe(stage(works.start, { concurrency: 3, order: 'none' })));
    for (const n of [2, 0, 1]) await works.finish(n, n);
    for (let n = 0; n < 3; n++) sink.grant(1);
    expect(sink.received).toEqual([2, 0, 1]);
  });
});

describe('order perKey', () => {
  const perKey = (n: number) => n % 10;

  it('works on one record of a key at a time, in order, and on different keys together', async () => {
    const works = new Works<number>();
    const flow = fromPull([11, 21, 12, 31, 22]).pipe(stage(works.start, { concurrency: 4, order: { perKey } }));
    const { seen } = see(flow);
    expect(works.begun).toEqual([11, 12]);
    await works.finish(12, 12);
    expect(works.begun).toEqual([11, 12, 22]);
    await works.finish(11, 11);
    expect(works.begun).toEqual([11, 12, 22, 21]);
    await works.finish(22, 22);
    await works.finish(21, 21);
    await works.finish(31, 31);
    expect(seen).toEqual([12, 11, 22, 21, 31, '|']);
  });

  it('many more keys than places, and many more places than concurrency: each key in order, all delivered', async () => {
    const last = new Map<number, number>();
    let active = 0;
    let peak = 0;
    const busy = new Set<number>();
    const keyOf = (n: number) => n % 997;
    const work = async (n: number) => {
      const key = keyOf(n);
      if (busy.has(key)) throw new Error(`two records of key ${key} at once`);
      busy.add(key);
      peak = Math.max(peak, ++active);
      if (n % 50 === 0) await turn();
      else await Promise.resolve();
      active--;
      busy.delete(key);
      return n;
    };
    const flow = fromPull(numbers(5000)).pipe(stage(work, { capacity: 100, concurrency: 7, order: { perKey: keyOf } }));
    let outOfOrder = 0;
    await new Promise<void>((complete, reject) => {
      flow.subscribe({
        next: (n) => {
          if ((last.get(keyOf(n)) ?? -1) >= n) outOfOrder++;
          last.set(keyOf(n), n);
        },
        error: reject,
        complete,
      });
    });
    expect({ outOfOrder, keys: last.size, peak }).toEqual({ outOfOrder: 0, keys: 997, peak: 7 });
  });

  it('few keys and much concurrency: no more in work than there are keys', async () => {
    const works = new Works<number>();
    see(fromPull(numbers(20)).pipe(stage(works.start, { concurrency: 8, order: { perKey: (n: number) => n % 3 } })));
    expect(works.begun).toEqual([0, 1, 2]);
  });

  it.each<[string, readonly unknown[]]>([
    ['__proto__ and its like', ['__proto__', 'constructor', 'toString', 'hasOwnProperty']],
    ['values that only look the same', [1, '1', true, 'true', null, 'null', undefined, 'undefined']],
    ['objects', [{}, {}, [], []]],
    ['symbols and functions', [Symbol('a'), Symbol('a'), () => 1, () => 1]],
  ])('keys may be anything, each is one of its own: %s', async (_, keys) => {
    const works = new Works<number>();
    const perIndex = (n: number) => keys[n % keys.length];
    see(fromPull(numbers(2 * keys.length)).pipe(stage(works.start, { concurrency: 99, order: { perKey: perIndex } })));
    expect(works.begun).toEqual(numbers(keys.length));
  });

  it('NaN is one key, and so are 0 and -0', () => {
    const works = new Works<number>();
    const flow = (keys: readonly number[]) =>
      fromPull(keys).pipe(stage(works.start, { concurrency: 9, order: { perKey: (n: number) => n } }));
    see(flow([NaN, NaN]));
    expect(works.begun).toHaveLength(1);
    see(flow([0, -0]));
    expect(works.begun).toHaveLength(2);
  });

  it('a key selector that throws fails the stream with KEY and the cause', () => {
    const cause = new Error('no id');
    const selector = (n: number) => {
      if (n === 2) throw cause;
      return n;
    };
    const { seen } = see(
      fromPull([1, 2, 3]).pipe(stage((n: number) => n, { name: 'save', order: { perKey: selector } })),
    );
    expect(seen).toMatchObject([1, { error: { code: 'KEY', message: "stage 'save': perKey threw", cause } }]);
  });

  it('a key selector that throws makes a dead letter where failures are, and the other records go on', async () => {
    const selector = (n: number) => {
      if (n % 5 === 0) throw new Error('no id');
      return n % 3;
    };
    const work = async (n: number) => n;
    const flow = fromPull(numbers(20)).pipe(
      stage(work, { concurrency: 4, onFailure: 'deadLetter', order: { perKey: selector } }),
    );
    const report = await run(flow);
    expect(String(report)).toMatch(/^in 20 = delivered 16 \+ deadLettered 4 \(KEY 4\)/);
  });

  it('goes on with the next record of the key after one without a result', async () => {
    const work = (n: number) => (n % 2 === 0 ? EMPTY : of(n));
    const report = await run(fromPull(numbers(6)).pipe(stage(work, { order: { perKey: () => 'one' } })));
    expect(report).toMatchObject({ delivered: 3, filtered: 3 });
  });
});
