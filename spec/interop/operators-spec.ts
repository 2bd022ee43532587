import { describe, expect, it } from '@jest/globals';
import {
  connectable,
  EMPTY,
  expand,
  firstValueFrom,
  groupBy,
  lastValueFrom,
  map,
  materialize,
  mergeMap,
  retry,
  share,
  shareReplay,
  Subject,
  switchMap,
  takeUntil,
  toArray,
  type Observable,
} from 'rxjs';
import { stage } from '../../lib/operators/stage.js';
import { run, type RunError } from '../../lib/sinks/run.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { codeIn } from '../credit/support/errors.js';
import { never, turn } from '../credit/support/waiting.js';
import { numbers, see } from '../operators/support/seen.js';
import { rowsOf } from './support.js';

const later = (capacity = 4) => stage(async (n: number) => n, { capacity, concurrency: 2 });
const codeOfLast = (seen: readonly unknown[]) => codeIn((seen.at(-1) as { error: unknown }).error);

describe('lastValueFrom, as a NestJS handler is awaited', () => {
  it('gives the last value, while the stages stay bounded', async () => {
    const { watched, flow } = rowsOf(500);
    let most = 0;
    let done = 0;
    const work = stage(
      async (n: number) => {
        most = Math.max(most, watched.pulled - done);
        await Promise.resolve();
        done++;
        return n;
      },
      { capacity: 4, concurrency: 2 },
    );
    expect([await lastValueFrom(flow.pipe(work)), most <= 5]).toEqual([499, true]);
  });

  it('rejects where nothing came, or with the error of the flow; firstValueFrom releases the source', async () => {
    await expect(lastValueFrom(fromPull<number>([]).pipe(later()))).rejects.toThrow('no elements');
    expect(await lastValueFrom(fromPull<number>([]).pipe(later()), { defaultValue: null })).toBe(null);
    const { watched, flow } = rowsOf();
    expect([await firstValueFrom(flow.pipe(later())), watched]).toEqual([0, { pulled: 4, returned: 1 }]);
  });
});

describe('takeUntil, as an Angular component is destroyed', () => {
  const slow = () => stage((n: number) => turn(2).then(() => n), { capacity: 4, concurrency: 2 });

  it('C9: last, it cancels what is in flight and releases the source', async () => {
    const { watched, flow } = rowsOf();
    const destroyed = new Subject<void>();
    const stuck = stage((n: number) => (n < 2 ? n : never()), { capacity: 4, concurrency: 2 });
    const work = run(flow.pipe(stuck, takeUntil(destroyed)));
    await turn();
    destroyed.next();
    const { in: entered, delivered, cancelled } = await work;
    expect([entered, cancelled, watched.returned]).toEqual([watched.pulled, 4, 1]);
    expect(delivered).toBe(2);
  });

  it('C6a C10: above a stage it ends the source alone, and what was accepted is finished', async () => {
    const { watched, flow } = rowsOf();
    const destroyed = new Subject<void>();
    const work = run(flow.pipe(takeUntil(destroyed), slow()));
    await turn(7);
    destroyed.next();
    const { in: entered, delivered } = await work;
    expect([entered, delivered, watched.returned]).toEqual([watched.pulled, watched.pulled, 1]);
  });
});

describe('retry({ delay }) around a whole pipeline', () => {
  const flaky = () => {
    let failures = 0;
    return stage(
      async (n: number) => {
        if (n === 2 && failures++ === 0) throw new Error('once');
        return n;
      },
      { capacity: 3, concurrency: 3 },
    );
  };

  it('C9: cancels what is in flight, and the new attempt begins at the beginning, with all its places', async () => {
    const { watched, flow } = rowsOf(5);
    const delivered: number[] = [];
    const report = await run(
      flow.pipe(
        flaky(),
        retry({ count: 3, delay: 2 }),
        stage((n) => (delivered.push(n), n)),
      ),
    );
    expect([delivered, watched]).toEqual([[0, 1, 0, 1, 2, 3, 4], { pulled: 10, returned: 2 }]);
    expect(report.in).toBe(report.delivered + report.cancelled);
    expect(report.delivered).toBe(7);
  });

  it('a one-shot source cannot begin again, and says SOURCE_CONSUMED', async () => {
    const { rows } = rowsOf(5);
    const failing = run(fromPull(rows()).pipe(flaky(), retry({ count: 3, delay: 2 })));
    const { cause } = await failing.then(
      () => ({ cause: 'nothing' }),
      (error: unknown) => error as RunError,
    );
    expect(codeIn(cause)).toBe('SOURCE_CONSUMED');
  });
});

describe.each([
  ['share', () => share<number>()],
  ['shareReplay', () => shareReplay<number>(9)],
])('%s', (_, multicast) => {
  it('below the last stage gives every subscriber all', async () => {
    const { watched, flow } = rowsOf(3);
    const shared = flow.pipe(later(), multicast());
    const both = [see(shared), see(shared)];
    await turn();
    expect(both.map(({ seen }) => seen)).toEqual([
      [0, 1, 2, '|'],
      [0, 1, 2, '|'],
    ]);
    expect(watched.pulled).toBe(3);
  });

  it('C6c: above a stage is a cut link, and its first record says so', async () => {
    const { watched, flow } = rowsOf();
    const { seen } = see(flow.pipe(multicast(), later()));
    await turn();
    expect([codeOfLast(seen), watched]).toEqual(['CUT_LINK', { pulled: 1, returned: 1 }]);
  });
});

it('shareReplay below the last stage replays to who comes late', async () => {
  const shared = fromPull([1, 2, 3]).pipe(later(), shareReplay(1));
  see(shared);
  await turn();
  expect(see(shared).seen).toEqual([3, '|']);
});

it('connectable below the last stage starts when it is connected', async () => {
  const { watched, flow } = rowsOf(3);
  const hot = connectable(flow.pipe(later()));
  const both = [see(hot), see(hot)];
  await turn();
  expect(watched.pulled).toBe(0);
  hot.connect();
  await turn();
  expect(both.map(({ seen }) => seen)).toEqual([
    [0, 1, 2, '|'],
    [0, 1, 2, '|'],
  ]);
});

describe('expand', () => {
  it('C6b: to flows gives the whole tree, also where the stage below has one place', async () => {
    const tree = (n: number) => (n < 8 ? fromPull([2 * n, 2 * n + 1]) : EMPTY);
    for (const capacity of [1, 2, 50]) {
      const { seen } = see(fromPull([1]).pipe(expand(tree), later(capacity)));
      await turn(5);
      expect([...seen.slice(0, -1)].sort((a, b) => Number(a) - Number(b))).toEqual(numbers(16).slice(1));
      expect(seen.at(-1)).toBe('|');
    }
  });
});

describe('groupBy', () => {
  it('C15 C6c: is refused in front of a stage, and so is a stage for each group', () => {
    const groups = () => fromPull([1, 2, 3]).pipe(groupBy((n) => n % 2));
    expect(codeOfLast(see(groups().pipe(stage((group) => group.key))).seen)).toBe('NESTED_OBSERVABLE');
    expect(codeOfLast(see(groups().pipe(mergeMap((group) => group.pipe(later())))).seen)).toBe('CUT_LINK');
  });
});

describe('switchMap to a pipeline', () => {
  it('C9: a new one cancels the one that runs, and releases its source', async () => {
    const { watched, flow } = rowsOf(3);
    const picks = new Subject<number>();
    const slow = (pick: number) => stage((n: number) => turn(2).then(() => pick + n), { capacity: 2 });
    const seen = lastValueFrom(
      picks.pipe(
        switchMap((pick) => flow.pipe(slow(pick))),
        materialize(),
        map((notification) => (notification.kind === 'N' ? notification.value : '|')),
        toArray(),
      ),
    );
    picks.next(10);
    picks.next(20);
    picks.complete();
    expect([await seen, watched]).toEqual([[20, 21, 22, '|'], { pulled: 5, returned: 2 }]);
  });
});

describe('1,000 stages in a row', () => {
  it.each<[string, () => ReturnType<typeof stage<number, number>>, number]>([
    ['synchronous', () => stage((n: number) => n + 1, { capacity: 4 }), 500],
    ['asynchronous', () => stage(async (n: number) => n + 1, { capacity: 4 }), 20],
  ])(
    'C5: %s ones deliver every record',
    async (_, make, count) => {
      let flow: Observable<number> = fromPull(numbers(count));
      for (let n = 0; n < 1000; n++) flow = flow.pipe(make());
      const seen: number[] = [];
      const report = await run(flow.pipe(stage((n) => (seen.push(n), n))));
      expect(seen).toEqual(numbers(count).map((n) => n + 1000));
      expect([report.in, report.delivered]).toEqual([count, count]);
    },
    20_000,
  );
});
