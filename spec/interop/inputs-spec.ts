import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as rxjs from 'rxjs';
import { from, fromEvent, take, takeUntil, Observable, type ObservableInput } from 'rxjs';
import { expandStage } from '../../lib/operators/expandStage.js';
import { stage } from '../../lib/operators/stage.js';
import { run } from '../../lib/sinks/run.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { onBackpressureBuffer } from '../../lib/sources/onBackpressureBuffer.js';
import { codeIn } from '../credit/support/errors.js';
import { Copies } from '../credit/support/copies.js';
import { turn } from '../credit/support/waiting.js';
import { numbers, see } from '../operators/support/seen.js';
import { rowsOf } from './support.js';

/** Has `Symbol.observable` as RxJS looks for it, and no `pipe`. */
const foreign = (values: readonly number[]) =>
  ({
    subscribe: (observer: { next(n: number): void; complete(): void }) => {
      for (const value of values) observer.next(value);
      observer.complete();
      return { unsubscribe: () => undefined };
    },
    ['@@observable']() {
      return this;
    },
  }) as unknown as ObservableInput<number>;

/** A second RxJS, in a folder of its own. */
let other: typeof rxjs;
let copies: Copies;
beforeAll(async () => {
  copies = await Copies.make([]);
  other = createRequire(join(copies.directory, 'program.js'))('rxjs') as typeof rxjs;
}, 20_000);
afterAll(() => copies.remove());

const later = stage(async (n: number) => n, { capacity: 4 });

describe('an Observable with Symbol.observable alone', () => {
  it('goes in by from; C8: past the places of the first stage it needs a policy', async () => {
    const fits = see(from(foreign([1, 2, 3])).pipe(later));
    const tooMany = see(from(foreign(numbers(99))).pipe(later));
    const buffered = see(from(foreign(numbers(99))).pipe(onBackpressureBuffer({ capacity: 99 }), later));
    await turn(5);
    expect(fits.seen).toEqual([1, 2, 3, '|']);
    expect(codeIn((tooMany.seen.at(-1) as { error: unknown }).error)).toBe('OVERFLOW');
    expect(buffered.seen).toEqual([...numbers(99), '|']);
  });

  it('is work of a stage by from, and of an expandStage as it is', () => {
    expect(see(fromPull([1]).pipe(stage((n) => from(foreign([n, n + 1]))))).seen).toEqual([2, '|']);
    expect(see(fromPull([1]).pipe(expandStage((n) => foreign([n, n + 1])))).seen).toEqual([1, 2, '|']);
  });
});

describe('an Observable of another copy of RxJS', () => {
  it('is a source, a project may return it, and its operators stand in a link', () => {
    expect(other.Observable).not.toBe(Observable);
    expect(see(other.of(1, 2).pipe(stage((n) => n))).seen).toEqual([1, 2, '|']);
    expect(see(fromPull([1]).pipe(stage((n) => other.of(n + 1)))).seen).toEqual([2, '|']);
    const { watched, flow } = rowsOf();
    const { running } = see(
      flow.pipe(
        other.map((n: number) => n) as never,
        stage(() => new Promise(() => undefined), { capacity: 5 }),
      ),
    );
    expect(watched.pulled).toBe(5);
    running.unsubscribe();
    expect(watched.returned).toBe(1);
  });
});

describe('promises and async generators', () => {
  it('a promise goes in by from, and its failure fails the stream', async () => {
    const { seen } = see(from(Promise.resolve(1)).pipe(later));
    const failed = see(from(Promise.reject(new Error('no'))).pipe(stage((n) => n)));
    await turn();
    expect([seen, failed.seen]).toEqual([[1, '|'], [{ error: new Error('no') }]]);
  });

  it('C1 C9: an async generator is asked by fromPull as there is room, and is closed by unsubscribing', async () => {
    const asked = { next: 0, closed: 0 };
    async function* rows() {
      try {
        for (;;) yield asked.next++;
      } finally {
        asked.closed++;
      }
    }
    const { running } = see(fromPull(() => rows()).pipe(stage(() => new Promise(() => undefined), { capacity: 3 })));
    await turn();
    expect(asked).toEqual({ next: 3, closed: 0 });
    running.unsubscribe();
    await turn();
    expect(asked).toEqual({ next: 3, closed: 1 });
  });
});

describe('AbortSignal', () => {
  it('aborted already: run starts nothing', async () => {
    const { watched, flow } = rowsOf();
    const report = await run(flow.pipe(later), { signal: AbortSignal.abort() });
    expect([report.ended, report.in, watched]).toEqual(['stopped', 0, { pulled: 0, returned: 0 }]);
  });

  it('aborted later: what is on its way is finished, and the source given back', async () => {
    const { watched, flow } = rowsOf();
    const controller = new AbortController();
    const slow = stage((n: number) => turn(2).then(() => n), { capacity: 3, concurrency: 3 });
    const work = run(flow.pipe(slow), { signal: controller.signal });
    controller.abort();
    const { ended, in: entered, delivered, cancelled } = await work;
    expect([ended, entered, delivered, cancelled, watched.returned]).toEqual(['stopped', 3, 3, 0, 1]);
  });

  it('an event of a signal that is aborted already never comes: that is how fromEvent is', () => {
    const { flow } = rowsOf();
    const { seen } = see(flow.pipe(takeUntil(fromEvent(AbortSignal.abort(), 'abort')), take(3)));
    expect(seen).toEqual([0, 1, 2, '|']);
  });
});
