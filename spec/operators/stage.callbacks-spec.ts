import { describe, expect, it } from '@jest/globals';
import { Observable, Subject, takeUntil } from 'rxjs';
import { expandStage } from '../../lib/operators/expandStage.js';
import { stage } from '../../lib/operators/stage.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { HandGranted } from '../../lib/testing/HandGranted.js';
import { collectUnhandled } from '../credit/support/unhandled.js';
import { never, turn } from '../credit/support/waiting.js';
import { CommittingLog } from '../records/support/CommittingLog.js';
import { numbers, see } from './support/seen.js';

const unhandled = collectUnhandled();

/** Where a user's code is called, as a pipeline that calls `act` there with its third record or later. */
const CALLBACKS: readonly (readonly [string, (source: Observable<number>, act: () => void) => Observable<unknown>])[] =
  [
    ['a project', (source, act) => source.pipe(stage((n: number) => (n === 2 ? act() : undefined, n)))],
    [
      'an asynchronous project',
      (source, act) => source.pipe(stage(async (n: number) => (n === 2 ? act() : undefined, n))),
    ],
    [
      'a key selector',
      (source, act) =>
        source.pipe(stage((n: number) => n, { order: { perKey: (n) => (n === 2 ? act() : undefined, n) } })),
    ],
    [
      'the then of a thenable',
      (source, act) =>
        source.pipe(
          stage((n: number) => ({ then: (resolve: (n: number) => void) => (n === 2 ? act() : undefined, resolve(n)) })),
        ),
    ],
    [
      'the subscription of work',
      (source, act) =>
        source.pipe(
          stage((n: number) => new Observable<number>((s) => (n === 2 ? act() : undefined, s.next(n), s.complete()))),
        ),
    ],
    [
      'the teardown of work',
      (source, act) =>
        source.pipe(
          stage(
            (n: number) =>
              new Observable<number>((s) => {
                s.next(n);
                s.complete();
                return () => (n === 2 ? act() : undefined);
              }),
          ),
        ),
    ],
    [
      'a dead letter listener',
      (source, act) =>
        source.pipe(
          stage(
            (n: number) => {
              if (n === 2) throw new Error('two');
              return n;
            },
            { onFailure: 'deadLetter', onDeadLetter: () => act() },
          ),
        ),
    ],
    [
      'the flow of an expandStage',
      (source, act) =>
        source.pipe(
          expandStage(function* (n: number) {
            if (n === 2) act();
            yield n;
          }),
        ),
    ],
  ];

describe.each(CALLBACKS)('out of %s', (_, pipeline) => {
  it('C9: unsubscribing ends it: nothing is emitted afterwards, and the source is released', async () => {
    const stop = new Subject<void>();
    const seen: unknown[] = [];
    let late = 0;
    let stopped = false;
    let pulled = 0;
    function* source() {
      while (pulled < 1000) yield pulled++;
    }
    const running = pipeline(fromPull(source()), () => {
      stopped = true;
      stop.next();
    })
      .pipe(takeUntil(stop))
      .subscribe((value) => {
        if (stopped) late++;
        seen.push(value);
      });
    await turn();
    expect([stopped, late, running.closed, unhandled]).toEqual([true, 0, true, []]);
    expect(seen.filter((n) => n !== 2)).toEqual([0, 1]);
    expect(pulled).toBeLessThanOrEqual(257);
  });

  it('granting is heard, and nothing is lost, doubled or reordered', async () => {
    const sink = new HandGranted<unknown>();
    sink.subscribeTo(pipeline(fromPull(numbers(6)), () => sink.grant(2)));
    sink.grant(3);
    await turn();
    sink.grant(9);
    await turn();
    expect(sink.received.filter((n) => n !== 2)).toEqual([0, 1, 3, 4, 5]);
    expect([sink.ending, sink.late]).toEqual([{ kind: 'complete' }, []]);
  });

  it('C10: completing the source loses nothing of what it gave', async () => {
    const pushes = new Subject<number>();
    const { seen } = see(pipeline(pushes, () => pushes.complete()));
    for (const n of numbers(4)) pushes.next(n);
    await turn();
    expect(seen.at(-1)).toBe('|');
    expect(seen.slice(0, 2)).toEqual([0, 1]);
  });

  it('C10: failing the source tells its error, once', async () => {
    const pushes = new Subject<number>();
    const { seen } = see(pipeline(pushes, () => pushes.error('failed')));
    for (const n of numbers(4)) pushes.next(n);
    await turn();
    expect(seen.filter((one) => typeof one === 'object')).toEqual([{ error: 'failed' }]);
  });
});

describe('a callback that ends its own stage (C9)', () => {
  it('the Observable that its project returns is not subscribed', () => {
    const stop = new Subject<void>();
    let subscribed = 0;
    const work = new Observable<number>(() => {
      subscribed++;
    });
    const project = (_: number) => {
      stop.next();
      return work;
    };
    see(fromPull([1]).pipe(stage(project), takeUntil(stop)));
    expect(subscribed).toBe(0);
  });

  it('the promise that its project returns may reject', async () => {
    const pushes = new Subject<number>();
    const running = pushes
      .pipe(
        stage(async () => {
          running.unsubscribe();
          throw new Error('late');
        }),
      )
      .subscribe();
    pushes.next(1);
    await turn(5);
    expect(unhandled).toEqual([]);
  });

  it('the signal of its project is aborted', () => {
    const stop = new Subject<void>();
    const seen: AbortSignal[] = [];
    const project = async (_: number, { signal }: { signal: AbortSignal }) => {
      seen.push(signal);
      stop.next();
    };
    see(fromPull([1]).pipe(stage(project), takeUntil(stop)));
    expect(seen.map(({ aborted }) => aborted)).toEqual([true]);
  });

  it('the flow that an expandStage makes is not opened', () => {
    const stop = new Subject<void>();
    let pulled = 0;
    function* endless() {
      while (pulled < 1000) yield pulled++;
    }
    const project = () => {
      stop.next();
      return endless();
    };
    see(fromPull([1]).pipe(expandStage(project), takeUntil(stop), stage(never)));
    expect(pulled).toBe(0);
  });

  it('P1: a key selector leaves no record unsettled', () => {
    const stop = new Subject<void>();
    const log = new CommittingLog(3);
    const perKey = (n: number) => {
      if (n === 1) stop.next();
      return n;
    };
    see(log.source.pipe(stage(never, { order: { perKey } }), takeUntil(stop)));
    expect([...log.told].sort()).toEqual(['0 cancelled', '1 cancelled']);
  });
});
