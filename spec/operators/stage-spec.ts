import { describe, expect, it } from '@jest/globals';
import { EMPTY, Observable, of, Subject, timer } from 'rxjs';
import { Flowable } from '../../lib/credit/Flowable.js';
import { stage } from '../../lib/operators/stage.js';
import type { StageInfo } from '../../lib/operators/StageInfo.js';
import { run } from '../../lib/sinks/run.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { handFed } from '../../lib/testing/HandFed.js';
import { handGranted } from '../../lib/testing/HandGranted.js';
import { never, turn } from '../credit/support/waiting.js';
import { numbers, see } from './support/seen.js';
import { microtasks, Works } from './support/Works.js';

describe('the results of a stage', () => {
  it('are values, one for each record, synchronously where nothing is ahead', () => {
    expect(see(fromPull([1, 2, 3]).pipe(stage((n: number) => n * 2))).seen).toEqual([2, 4, 6, '|']);
  });

  it('may be undefined and null, and keep their places', () => {
    const values = [undefined, null, 0, '', false, NaN];
    expect(see(fromPull(values).pipe(stage((value: unknown) => value))).seen).toEqual([...values, '|']);
  });

  it('are what a promise resolves with', async () => {
    const { seen } = see(fromPull([1, 2]).pipe(stage(async (n: number) => n * 2)));
    await microtasks();
    expect(seen).toEqual([2, 4, '|']);
  });

  it('are the last value of an Observable; one without a value drops its record', async () => {
    const results: Record<number, Observable<string>> = { 1: of('a', 'b'), 2: EMPTY, 3: of('c') };
    const flow = fromPull([1, 2, 3]).pipe(stage((n: number) => results[n] ?? EMPTY));
    expect(see(flow).seen).toEqual(['b', 'c', '|']);
    expect(String(await run(flow))).toBe('in 3 = delivered 2 + filtered 1 · peak live 1');
  });

  it('are the last value of a flow, which runs with unbounded demand', () => {
    const flow = fromPull([2, 3]).pipe(stage((n: number) => fromPull(numbers(n))));
    expect(see(flow).seen).toEqual([1, 2, '|']);
  });

  it('C12: are what a thenable says first, however often and in whatever way it answers', async () => {
    let asked = 0;
    const chatty = (n: number): PromiseLike<number> => ({
      then(resolve, reject) {
        asked++;
        resolve?.(n);
        resolve?.(-n);
        reject?.(new Error('changed its mind'));
        throw new Error('and again');
      },
    });
    const { seen } = see(fromPull([1, 2, 3]).pipe(stage(chatty)));
    await microtasks();
    expect({ seen, asked }).toEqual({ seen: [1, 2, 3, '|'], asked: 3 });
  });

  it('C12: a thenable that answers late, twice, does not answer for the record that has its place now', async () => {
    const answers: ((value: string) => void)[] = [];
    const late = (n: number): PromiseLike<string> | string =>
      n === 1
        ? ({ then: (resolve: (value: string) => void) => answers.push(resolve) } as unknown as PromiseLike<string>)
        : never();
    const { seen } = see(fromPull([1, 2]).pipe(stage(late)));
    answers[0]?.('first');
    answers[0]?.('second');
    await microtasks();
    expect(seen).toEqual(['first']);
  });
});

describe('the second argument of a project', () => {
  it('has the context of the record, its index and a signal', async () => {
    const infos: StageInfo[] = [];
    const work = (n: number, info: StageInfo) => {
      infos.push(info);
      return n;
    };
    see(
      fromPull(['7', '8', '9']).pipe(
        stage((text: string) => Number(text)),
        stage(work),
      ),
    );
    expect(infos.map(({ index, record }) => [index, record.origin])).toEqual([
      [0, '7'],
      [1, '8'],
      [2, '9'],
    ]);
    expect(infos.map(({ signal }) => signal.aborted)).toEqual([false, false, false]);
  });

  it('is given where the project takes its arguments together', () => {
    const indices: number[] = [];
    see(fromPull([7, 8]).pipe(stage((...all: [number, StageInfo]) => indices.push(all[1].index))));
    expect(indices).toEqual([0, 1]);
  });

  it('C9: its signal is aborted when the stage is unsubscribed while the record is in work, also if looked at later', () => {
    const infos: StageInfo[] = [];
    const signals: AbortSignal[] = [];
    const work = (n: number, info: StageInfo) => {
      infos.push(info);
      if (n === 0) signals.push(info.signal);
      return never();
    };
    const { running } = see(fromPull(numbers(9)).pipe(stage(work, { concurrency: 3 })));
    expect([infos.length, signals[0]?.aborted]).toEqual([3, false]);
    running.unsubscribe();
    expect(signals[0]?.aborted).toBe(true);
    expect(infos.map(({ signal }) => signal.aborted)).toEqual([true, true, true]);
  });

  it('its signal is not aborted for work that has ended', async () => {
    const signals: AbortSignal[] = [];
    const { running } = see(
      fromPull([1]).pipe(
        stage(async (n: number, { signal }) => {
          signals.push(signal);
          return n;
        }),
      ),
    );
    await microtasks();
    running.unsubscribe();
    expect(signals[0]?.aborted).toBe(false);
  });
});

describe('the bounds of a stage', () => {
  it.each([1, 2, 5, 64])('no more than %i records are ever in work, and as many as that', async (concurrency) => {
    let active = 0;
    let peak = 0;
    const work = async (n: number) => {
      peak = Math.max(peak, ++active);
      await turn(n % 3);
      active--;
      return n;
    };
    const flow = fromPull(numbers(130)).pipe(stage(work, { concurrency, order: 'none' }));
    const report = await run(flow);
    expect({ peak, delivered: report.delivered }).toEqual({ peak: concurrency, delivered: 130 });
  });

  it('a finished result that waits for credit is in work still', async () => {
    const works = new Works<number>();
    const sink = handGranted(fromPull(numbers(9)).pipe(stage(works.start, { concurrency: 2, order: 'none' })));
    await works.finish(1, 1);
    expect(works.begun).toEqual([0, 1]);
    sink.grant(1);
    expect({ received: sink.received, begun: works.begun }).toEqual({ received: [1], begun: [0, 1, 2] });
  });

  it('capacity counts what waits and what is in work; a capacity below the concurrency bounds that as well', () => {
    for (const [capacity, concurrency, inWork] of [
      [5, 2, 2],
      [3, 8, 3],
      [1, 1, 1],
    ] as const) {
      const works = new Works<number>();
      const source = handFed(numbers(100));
      const { running } = see(source.pipe(stage(works.start, { capacity, concurrency })));
      expect([source.delivered, works.active]).toEqual([capacity, inWork]);
      running.unsubscribe();
    }
  });

  it('its capacity is at least its concurrency where none is given', () => {
    const source = handFed(numbers(1000));
    see(source.pipe(stage(never, { concurrency: 700 })));
    expect(source.delivered).toBe(700);
  });

  it('C10: it completes only when its last result is handed on', async () => {
    const works = new Works<number>();
    const sink = handGranted(fromPull([1, 2]).pipe(stage(works.start, { concurrency: 2 })));
    await works.finish(1, 1);
    await works.finish(2, 2);
    sink.grant(1);
    expect([sink.received, sink.ending]).toEqual([[1], null]);
    sink.grant(1);
    expect([sink.received, sink.ending]).toEqual([[1, 2], { kind: 'complete' }]);
  });

  it('C9: what is in work is let go at once, and what it says later is not heard', async () => {
    let released = 0;
    const work = new Observable<number>(() => () => released++);
    const late = new Works<number>();
    const { seen, running } = see(
      fromPull(numbers(9)).pipe(
        stage((n: number) => (n % 2 === 0 ? work : late.start(n)), { concurrency: 4, order: 'none' }),
      ),
    );
    running.unsubscribe();
    expect(released).toBe(2);
    await late.finish(1, 1);
    await late.fail(3, new Error('late'));
    expect(seen).toEqual([]);
  });

  it('is an ordinary operator: each subscription has a state of its own', async () => {
    const flow = fromPull(() => [1, 2, 3]).pipe(stage((n: number, { index }) => [n, index]));
    expect(flow).toBeInstanceOf(Flowable);
    const expected = [[1, 0], [2, 1], [3, 2], '|'];
    expect([see(flow).seen, see(flow).seen]).toEqual([expected, expected]);
  });

  it('takes the pushes of a Subject as they come, and timers as work', async () => {
    const pushes = new Subject<number>();
    const { seen } = see(pushes.pipe(stage((n: number) => timer(n), { concurrency: 2, order: 'none' })));
    pushes.next(4);
    pushes.next(1);
    pushes.complete();
    await turn(15);
    expect(seen).toEqual([0, 0, '|']);
  });
});
