import { describe, expect, it } from '@jest/globals';
import { mergeMap, range, Subject } from 'rxjs';
import { stage } from '../../lib/operators/stage.js';
import type { Overflow } from '../../lib/operators/overflow.js';
import { run } from '../../lib/sinks/run.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { codeIn } from '../credit/support/errors.js';
import { never } from '../credit/support/waiting.js';
import { numbers, see } from './support/seen.js';
import { Works } from './support/Works.js';

/** Ten pushes into three places, of which one is in work; then all the work ends. */
async function tenPushes(overflow: Overflow | undefined) {
  const pushes = new Subject<number>();
  const works = new Works<number>();
  const report = run(pushes.pipe(stage(works.start, { capacity: 3, overflow }))).then(String, (error: unknown) =>
    codeIn((error as Error).cause),
  );
  for (const n of numbers(10)) pushes.next(n);
  pushes.complete();
  for (let done = 0; done < works.begun.length; done++) await works.finish(works.begun[done]!, 0);
  return { worked: works.begun, report: await report };
}

describe('a push that finds no place (C8)', () => {
  it.each([undefined, 'error'] as const)('fails the stream with OVERFLOW where overflow is %p', async (overflow) => {
    const pushes = new Subject<number>();
    const { seen } = see(pushes.pipe(stage(new Works<number>().start, { capacity: 3, overflow })));
    for (const n of numbers(4)) pushes.next(n);
    expect(seen.map((one) => codeIn((one as { error: unknown }).error))).toEqual(['OVERFLOW']);
  });

  it('dropOldest drops what has waited longest, and never what is in work', async () => {
    expect(await tenPushes('dropOldest')).toEqual({
      worked: [0, 8, 9],
      report: 'in 10 = delivered 3 + rejected 7 (OVERFLOW 7) · peak live 3',
    });
  });

  it.each(['dropNewest', 'reject'] as const)('%s refuses the newcomer', async (overflow) => {
    expect(await tenPushes(overflow)).toEqual({
      worked: [0, 1, 2],
      report: 'in 10 = delivered 3 + rejected 7 (OVERFLOW 7) · peak live 4',
    });
  });

  it('latest drops all that waits and keeps the newcomer', async () => {
    const { worked, report } = await tenPushes('latest');
    expect({ first: worked[0], last: worked.at(-1) }).toEqual({ first: 0, last: 9 });
    expect(report).toMatch(/^in 10 = delivered \d \+ rejected \d \(OVERFLOW \d\)/);
  });

  it('latest where all places are in work refuses the newcomer', async () => {
    const pushes = new Subject<number>();
    const works = new Works<number>();
    const { seen } = see(pushes.pipe(stage(works.start, { capacity: 2, concurrency: 2, overflow: 'latest' })));
    for (const n of numbers(9)) pushes.next(n);
    expect(works.begun).toEqual([0, 1]);
    await works.finish(0, 0);
    pushes.next(9);
    expect(works.begun).toEqual([0, 1, 9]);
    expect(seen).toEqual([0]);
  });

  it('a stage with a policy takes pushes and credited records alike', async () => {
    const seen = see(fromPull(numbers(5)).pipe(stage((n: number) => n, { capacity: 1, overflow: 'dropNewest' }))).seen;
    expect(seen).toEqual([0, 1, 2, 3, 4, '|']);
  });
});

describe('a full stage with a policy', () => {
  it.each<[Overflow, number]>([
    ['dropNewest', 1],
    ['reject', 1],
    ['latest', 3],
    ['dropOldest', 3],
  ])('C8: never holds more than its capacity, however many are dropped: %s', async (overflow, concurrency) => {
    const pushes = new Subject<number>();
    const stop = new AbortController();
    const flow = pushes.pipe(stage(never, { capacity: 3, concurrency, overflow }));
    const report = run(flow, { signal: stop.signal, drainMs: 0 });
    for (const n of numbers(100)) pushes.next(n);
    stop.abort();
    expect(await report).toMatchObject({ in: 100, rejected: 97, cancelled: 3 });
  });
});

describe('the overdraft of a stage (C3)', () => {
  const expanding = (into: number, overdraft?: number) => {
    const works = new Works<number>();
    const flow = fromPull([1, 2]).pipe(
      mergeMap(() => range(0, into)),
      stage(works.start, { capacity: 4, overdraft }),
    );
    return see(flow).seen.map((one) => codeIn((one as { error: unknown }).error));
  };

  it('lets an expansion in the link bring more than was granted, and no more than the bound', () => {
    expect(expanding(14, 10)).toEqual([]);
    expect(expanding(15, 10)).toEqual(['OVERDRAFT']);
    expect(expanding(10_004)).toEqual([]);
    expect(expanding(10_005)).toEqual(['OVERDRAFT']);
  });

  it('is repaid before the producer emits again', async () => {
    const works = new Works<number>();
    let pulled = 0;
    function* three() {
      while (pulled < 3) yield pulled++;
    }
    const flow = fromPull(three()).pipe(
      mergeMap((n) => range(n * 10, 6)),
      stage(works.start, { capacity: 2 }),
    );
    const { seen } = see(flow);
    for (const n of numbers(4)) await works.finish(n, n);
    expect(pulled).toBe(1);
    await works.finish(4, 4);
    await works.finish(5, 5);
    expect({ pulled, seen }).toEqual({ pulled: 2, seen: [0, 1, 2, 3, 4, 5] });
  });
});
