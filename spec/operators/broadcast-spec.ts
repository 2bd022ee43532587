import { describe, expect, it } from '@jest/globals';
import {
  bufferCount,
  concatMap,
  filter,
  map,
  merge,
  retry,
  Subject,
  Subscriber,
  Subscription,
  take,
  tap,
  throwError,
  concat,
  VirtualTimeScheduler,
} from 'rxjs';
import { PipelineBackPressureController } from '../../lib/control/PipelineBackPressureController.js';
import { batch } from '../../lib/operators/batch.js';
import { broadcast } from '../../lib/operators/broadcast.js';
import { control } from '../../lib/operators/control.js';
import { stage } from '../../lib/operators/stage.js';
import { withRecord } from '../../lib/operators/withRecord.js';
import { run } from '../../lib/sinks/run.js';
import { serve } from '../../lib/sinks/serve.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { onBackpressureBuffer } from '../../lib/sources/onBackpressureBuffer.js';
import { gateway } from '../../lib/stages/gateway.js';
import { FlowTestScheduler } from '../../lib/testing/FlowTestScheduler.js';
import { handFed } from '../../lib/testing/HandFed.js';
import { handGranted } from '../../lib/testing/HandGranted.js';
import { CommittingLog } from '../records/support/CommittingLog.js';
import { microtasks, Works } from './support/Works.js';
import { never } from '../credit/support/waiting.js';
import { numbers, see } from './support/seen.js';

const marbles = (test: Parameters<FlowTestScheduler['run']>[0]) => new FlowTestScheduler().run(test);
const identity = (n: number) => n;

describe('broadcast', () => {
  it('C18: gives every record to every branch, each against its own credit, in virtual time', () =>
    marbles(({ expectFlow }) => {
      const flow = broadcast(handFed(['a', 'b', 'c']), { branches: 2, capacity: 8 });
      expectFlow(flow, '--1--1----1').toEmit('--a--b----(c|)');
      expectFlow(flow, '3----------').toEmit('(abc|)');
    }));

  it('C4: the slowest branch sets the demand, and what has left it is asked for together', () =>
    marbles(({ expectFlow }) => {
      const letters = broadcast(handFed(['a', 'b', 'c', 'd', 'e', 'f', 'g']), { branches: 2, capacity: 4 });
      expectFlow(letters, '9').toEmit('(abcd)-(ef)');
      expectFlow(letters, '-1-----1---1--').toRequest('4------2').toEmit('-a-----b---c');
    }));

  it('C18a: the others are at most `capacity` records ahead of the slowest', () => {
    const source = handFed(numbers(99));
    const flow = broadcast(source, { branches: 2, capacity: 3 });
    const fast = handGranted(flow);
    const slow = handGranted(flow);
    fast.grantAll();
    expect([source.delivered, fast.received, slow.received]).toEqual([3, [0, 1, 2], []]);
    slow.grant(2);
    expect([source.delivered, fast.received.length, slow.received]).toEqual([5, 5, [0, 1]]);
  });

  it('C18: subscribes the source when all branches are there, and releases it with the last', () => {
    const source = handFed<number>();
    const flow = broadcast(source, { branches: 2 });
    const first = see(flow);
    expect(source.feeds.length).toBe(0);
    const second = see(flow);
    expect(source.feeds.length).toBe(1);
    first.running.unsubscribe();
    source.send(1);
    expect([source.subscribed, first.seen, second.seen]).toEqual([true, [], [1]]);
    second.running.unsubscribe();
    expect(source.subscribed).toBe(false);
  });

  it('C18: a branch that leaves before the source is subscribed does not count', () => {
    const source = handFed<number>();
    const flow = broadcast(source, { branches: 2 });
    see(flow).running.unsubscribe();
    see(flow);
    expect(source.feeds.length).toBe(0);
    see(flow);
    expect(source.feeds.length).toBe(1);
  });

  it('C18: who subscribes after the end, or after the last has left, begins anew', () => {
    const flow = broadcast(fromPull(numbers(2)), { branches: 2 });
    const seen = () => [see(flow), see(flow)].map((branch) => branch.seen);
    expect([seen(), seen()]).toEqual(
      Array(2).fill([
        [0, 1, '|'],
        [0, 1, '|'],
      ]),
    );
    const source = handFed(numbers(9));
    const again = broadcast(source, { branches: 1 });
    handGranted(again).cancel();
    handGranted(again).grantAll();
    expect([source.feeds.length, source.delivered]).toEqual([2, 9]);
  });

  it('C18: a branch that joins later is given what comes from then on', () => {
    const source = handFed<string>();
    const flow = broadcast(source, { branches: 1, capacity: 4 });
    const early = handGranted(flow);
    source.send('a', 'b');
    const late = handGranted(flow);
    source.send('c');
    early.grantAll();
    late.grantAll();
    expect([early.received, late.received]).toEqual([['a', 'b', 'c'], ['c']]);
  });

  it('C18a: a slow branch that leaves no longer holds the others, and its copies are cancelled', async () => {
    const source = handFed(numbers(6));
    const flow = broadcast(source, { branches: 2, capacity: 2 });
    const fast = handGranted(flow);
    const slow = handGranted(flow);
    fast.grantAll();
    expect(fast.received).toEqual([0, 1]);
    slow.cancel();
    await microtasks();
    expect([fast.received, fast.ending]).toEqual([numbers(6), { kind: 'complete' }]);
  });

  it('C10: each branch completes when it has been given all, an error waits for all of them', () => {
    const completing = broadcast(fromPull(numbers(2)), { branches: 2 });
    const [fast, slow] = [handGranted(completing), handGranted(completing)];
    fast.grant(2);
    expect([fast.ending, slow.ending]).toEqual([{ kind: 'complete' }, null]);
    slow.grant(2);
    expect(slow.ending).toEqual({ kind: 'complete' });
    const failing = broadcast(
      concat(
        fromPull(numbers(2)),
        throwError(() => 'no'),
      ),
      { branches: 2 },
    );
    const [one, other] = [handGranted(failing), handGranted(failing)];
    one.grant(2);
    expect(one.ending).toBeNull();
    other.grant(2);
    expect([one.ending, other.ending]).toEqual(Array(2).fill({ kind: 'error', error: 'no' }));
  });

  it('C8: a source that cannot stop fails all branches with OVERFLOW', () => {
    const source = new Subject<number>();
    const flow = broadcast(source, { branches: 2, capacity: 2, name: 'fan' });
    const [one, other] = [handGranted(flow), handGranted(flow)];
    for (const n of numbers(3)) source.next(n);
    for (const { ending } of [one, other]) {
      expect(ending).toMatchObject({ kind: 'error', error: { code: 'OVERFLOW' } });
    }
    expect(source.observed).toBe(false);
  });

  it('is called with the source, or as an operator', () => {
    const seen = see(fromPull(numbers(2)).pipe(broadcast({ branches: 1 }))).seen;
    expect([seen, see(broadcast(fromPull(numbers(2)), { branches: 1 })).seen]).toEqual(Array(2).fill([0, 1, '|']));
  });

  it('retry around one branch begins anew with the others', () => {
    let failures = 0;
    const source = concat(
      fromPull(numbers(2)),
      throwError(() => new Error(String(++failures))),
    );
    const flow = broadcast(source, { branches: 2 });
    const [one, other] = [see(flow.pipe(retry(1))), see(flow.pipe(retry(1)))];
    expect([one.seen, other.seen]).toEqual(Array(2).fill([0, 1, 0, 1, { error: new Error('2') }]));
  });
});

describe('branches of a broadcast', () => {
  it('C18a: one that drops takes every record at once and holds nobody up', () => {
    const source = handFed(numbers(9));
    const flow = broadcast(source, { branches: 3, capacity: 2 });
    const dropped: number[] = [];
    const onDrop = (n: number) => dropped.push(n);
    const newest = handGranted(flow.branch({ capacity: 2, overflow: 'dropOldest', onDrop }));
    const oldest = handGranted(flow.branch({ capacity: 2, overflow: 'dropNewest' }));
    const all = handGranted(flow);
    all.grantAll();
    expect([source.delivered, all.received.length, all.ending]).toEqual([9, 9, { kind: 'complete' }]);
    expect(dropped).toEqual(numbers(7));
    newest.grantAll();
    oldest.grantAll();
    expect([newest.received, oldest.received]).toEqual([
      [7, 8],
      [0, 1],
    ]);
  });

  it('C18a: one that is disconnected fails with OVERFLOW, and the others go on', () => {
    const source = handFed(numbers(9));
    const flow = broadcast(source, { branches: 2 });
    const slow = handGranted(flow.branch({ capacity: 3, overflow: 'disconnect', name: 'viewer' }));
    const all = handGranted(flow);
    all.grantAll();
    expect([all.received, all.ending]).toEqual([numbers(9), { kind: 'complete' }]);
    expect(slow.received).toEqual([]);
    expect(slow.ending).toMatchObject({ kind: 'error', error: { code: 'OVERFLOW' } });
    const { error } = slow.ending as { error: Error };
    expect(error.message).toMatch(/^branch 'viewer' was disconnected: it fell 3 records behind the others/);
  });

  it('C11: one that waits may lag behind by its own capacity and that of the broadcast', () => {
    const source = handFed(numbers(99));
    const flow = broadcast(source, { branches: 2, capacity: 4 });
    const slow = handGranted(flow.branch({ capacity: 4 }));
    const fast = handGranted(flow);
    fast.grantAll();
    expect([source.delivered, fast.received.length]).toEqual([8, 8]);
    slow.grantAll();
    expect([source.delivered, slow.received]).toEqual([99, numbers(99)]);
  });

  it('C11: the queues are stages in the ledger, and are counted', async () => {
    const flow = broadcast(fromPull(numbers(5)), { branches: 2 });
    const report = await run(merge(flow.branch({ overflow: 'dropOldest', name: 'view' }), flow.pipe(stage(identity))));
    expect(report.stages.map(({ stage: name, arrived, held }) => [name, arrived, held])).toEqual([
      ['broadcast', 5, 0],
      ['view', 5, 0],
      ['stage', 5, 0],
    ]);
  });
});

describe('the records of a broadcast', () => {
  it('P5: a record is settled once, when its last copy is', async () => {
    const works = new Works<number>();
    const flow = broadcast(fromPull(numbers(2)), { branches: 2 });
    const log: string[] = [];
    const over = run(
      merge(
        flow.pipe(
          stage(identity),
          tap((n) => log.push(`a${n}`)),
        ),
        flow.pipe(stage(works.start, { concurrency: 2 })),
      ),
    );
    expect(log).toEqual(['a0', 'a1']);
    for (const n of numbers(2)) await works.finish(n, n);
    expect(String(await over)).toBe('in 2 = delivered 2 · peak live 2');
  });

  it('P5: the worst outcome counts: filtered < delivered < deadLettered', async () => {
    const flow = broadcast(fromPull(numbers(3)), { branches: 2 });
    const failing = (n: number) => {
      if (n === 0) throw new Error('no');
      return n;
    };
    const report = await run(
      merge(
        flow.pipe(
          filter((n) => n === 1),
          stage(identity),
        ),
        flow.pipe(
          filter((n) => n === 0),
          stage(failing, { onFailure: 'deadLetter' }),
        ),
      ),
    );
    expect(String(report)).toMatch(/^in 3 = delivered 1 \+ filtered 1 \+ deadLettered 1/);
  });

  it('P5: what a branch takes away with it is settled on the others', async () => {
    const log = new CommittingLog(5);
    const works = new Works<number>();
    const flow = broadcast(log.source, { branches: 2, capacity: 8 });
    const leaving = see(flow.pipe(stage(never, { capacity: 2 })));
    see(flow.pipe(stage(works.start, { concurrency: 8 })));
    await works.finish(0, 0);
    expect([log.given, log.told]).toEqual([5, []]);
    leaving.running.unsubscribe();
    await microtasks();
    expect(log.told).toEqual(['0 delivered']);
    for (const n of [1, 2, 3, 4]) await works.finish(n, n);
    expect([log.committed, log.told.length]).toEqual([5, 5]);
  });

  it('P5: where all leave together, what one of them had not done is cancelled and not committed', async () => {
    const log = new CommittingLog(3);
    const flow = broadcast(log.source, { branches: 2, capacity: 8 });
    const { running } = see(merge(flow.pipe(stage(never, { capacity: 8 })), flow.pipe(stage(identity))));
    running.unsubscribe();
    await microtasks();
    expect([log.told, log.committed]).toEqual([['0 cancelled', '1 cancelled', '2 cancelled'], 0]);
    const other = new CommittingLog(3);
    const flow2 = broadcast(other.source, { branches: 2, capacity: 8 });
    see(merge(flow2.pipe(stage(identity)), flow2.pipe(stage(never, { capacity: 8 })))).running.unsubscribe();
    await microtasks();
    expect(other.committed).toBe(0);
  });

  it('P5: a record whose only copies have left is cancelled', async () => {
    const log = new CommittingLog();
    const flow = broadcast(log.source, { branches: 1, capacity: 2 });
    const only = see(flow.pipe(stage(never, { capacity: 2 })));
    const late = handGranted(flow);
    only.running.unsubscribe();
    await microtasks();
    expect(log.told).toEqual(['2 cancelled', '3 cancelled', '0 cancelled', '1 cancelled']);
    late.cancel();
  });

  it('P3: a source is told when every link has answered that may hold the record', async () => {
    const log = new CommittingLog(4);
    const flow = broadcast(log.source, { branches: 2, capacity: 8 });
    const [works, sums] = [new Works<number>(), new Works<number[], number>()];
    const triples = flow.pipe(bufferCount(3), stage(sums.start));
    see(merge(triples, flow.pipe(stage(works.start, { concurrency: 8, order: 'none' }))));
    await works.finish(0, 0);
    await works.finish(1, 1);
    // bufferCount has given them away in one array, with the third.
    expect(log.told).toEqual([]);
    const [first] = sums.begun;
    await sums.finish(first as number[], 3);
    expect(log.told).toEqual(['0 delivered', '1 delivered']);
    await works.finish(2, 2);
    await works.finish(3, 3);
    expect(log.committed).toBe(3);
    // The fourth came out alone, at the end, as a record of its own.
    await sums.finish(sums.begun[1] as number[], 1);
    expect(log.committed).toBe(4);
  });

  it('P3: what one branch delivered is not committed while an operator of another may hold it', async () => {
    const log = new CommittingLog(150);
    const flow = broadcast(log.source, { branches: 2, capacity: 8 });
    see(flow.pipe(stage(identity)));
    const { running } = see(flow.pipe(bufferCount<number>(100), stage(never, { capacity: 1 })));
    expect([log.given, log.told]).toEqual([108, []]);
    running.unsubscribe();
    await microtasks();
    expect(log.committed).toBe(150);
  });

  it('P5: a branch with books of its own counts what entered there', async () => {
    const log = new CommittingLog(6);
    const works = new Works<number>();
    const flow = broadcast(log.source, { branches: 2, capacity: 8 });
    const all = run(flow.pipe(stage(works.start, { concurrency: 8 })));
    const even = run(
      flow.pipe(
        filter((n) => n % 2 === 0),
        stage(identity),
      ),
    );
    expect(String(await even)).toBe('in 6 = delivered 3 + filtered 3 · peak live 1');
    expect(log.told).toEqual([]);
    for (const n of numbers(6)) await works.finish(n, n);
    expect(String(await all)).toBe('in 6 = delivered 6 · peak live 6');
    expect(log.committed).toBe(6);
  });

  it('P5: a run over one branch can be stopped, and the others go on', async () => {
    const stop = new AbortController();
    const source = handFed<number>();
    const flow = broadcast(source, { branches: 2 });
    const one = run(flow.pipe(stage(identity)), { signal: stop.signal });
    const other = see(flow);
    source.send(1);
    stop.abort();
    expect(String(await one)).toBe('in 1 = delivered 1 · peak live 1');
    source.send(2);
    expect(other.seen).toEqual([1, 2]);
  });

  it('P1: a run over branches that meet again can be stopped: what has come in is finished in all of them', async () => {
    const stop = new AbortController();
    const source = handFed(numbers(99));
    const works = new Works<number>();
    const flow = broadcast(source, { branches: 3, capacity: 2 });
    const dropping = flow.branch({ overflow: 'dropOldest' });
    const over = run(merge(flow.pipe(stage(identity)), flow.pipe(stage(works.start, { capacity: 1 })), dropping), {
      signal: stop.signal,
    });
    const given = source.delivered;
    stop.abort();
    for (const n of numbers(given)) await works.finish(n, n);
    expect(String(await over)).toBe(`in ${given} = delivered ${given} · peak live ${given}`);
  });

  it('a letter of one branch goes in again at that branch alone', async () => {
    const controller = new PipelineBackPressureController({ scheduler: new VirtualTimeScheduler(), logger: 'off' });
    const source = handFed<number>();
    const flow = broadcast(source.pipe(map((n: number) => n * 10)), { branches: 2 });
    const audited: number[] = [];
    const service = { isDown: true };
    const save = (n: number) => {
      if (service.isDown) throw new Error('down');
      return n;
    };
    const { seen } = see(
      merge(
        flow.pipe(
          tap((n) => audited.push(n)),
          filter(() => false),
        ),
        flow.pipe(stage(save, { onFailure: 'deadLetter' })),
      ).pipe(control(controller)),
    );
    source.send(1, 2);
    expect([audited, seen, controller.deadLetters.size]).toEqual([[10, 20], [], 2]);
    service.isDown = false;
    expect(await controller.deadLetters.redrive()).toBe(2);
    expect([audited, seen, controller.deadLetters.size]).toEqual([[10, 20], [10, 20], 0]);
  });

  it('the controller sees the broadcast and both branches', () => {
    const controller = new PipelineBackPressureController({ scheduler: new VirtualTimeScheduler(), logger: 'off' });
    const flow = broadcast(handFed(numbers(99)), { branches: 2, capacity: 4 });
    see(
      merge(flow.pipe(stage(identity)), flow.pipe(stage(never, { capacity: 2, name: 'stuck' }))).pipe(
        control(controller),
      ),
    );
    const { stageStatuses } = controller.getPipelineStatus();
    expect(Object.keys(stageStatuses).sort()).toEqual(['broadcast', 'stage', 'stuck']);
    expect(stageStatuses['broadcast']).toMatchObject({ inFlight: 4, availableCredits: 0 });
  });

  it('a gateway above limits what is unsettled in all branches, and a batch below any of them knows', async () => {
    const works = new Works<number>();
    const flow = broadcast(fromPull(numbers(9)).pipe(gateway({ maxConcurrentRequests: 3 })), { branches: 2 });
    const sizes: number[] = [];
    const report = run(
      merge(
        flow.pipe(stage(works.start, { concurrency: 9, order: 'none' })),
        flow.pipe(
          batch({ maxSize: 9 }),
          tap((some) => sizes.push(some.length)),
        ),
      ),
    );
    expect(works.begun).toEqual([0, 1, 2]);
    for (const n of numbers(9)) await works.finish(n, n);
    expect([String(await report), sizes, works.peak]).toEqual(['in 9 = delivered 9 · peak live 9', [3, 3, 3], 3]);
  });

  it('withRecord shows in each branch where the record came from', () => {
    const flow = broadcast(fromPull(numbers(2)).pipe(map((n) => n * 10)), { branches: 2 });
    const shown = flow.pipe(
      withRecord(),
      map(({ value, record }) => [record.origin, value]),
    );
    expect(see(merge(shown, flow)).seen.length).toBe(5);
  });

  it('one submission of a service is settled in all branches, and can be cancelled', async () => {
    const works = new Works<number>();
    const service = serve<number, number>(
      (source) => {
        const flow = broadcast(source, { branches: 2 });
        return merge(flow.pipe(stage(works.start, { concurrency: 4 })), flow.pipe(filter(() => false)));
      },
      { capacity: 4 },
    );
    const stop = new AbortController();
    const [kept, given] = [service.submit(1), service.submit(2, { signal: stop.signal })];
    stop.abort();
    await works.finish(1, 10);
    expect([await kept, await given]).toMatchObject([
      { outcome: 'delivered', value: 10 },
      { outcome: 'cancelled', code: 'ABORTED' },
    ]);
    await works.finish(2, 20);
    await service.close();
  });
});

describe('faults around a broadcast', () => {
  it('C9: a branch that is unsubscribed inside next misses nothing else and disturbs nobody', () => {
    const flow = broadcast(fromPull(numbers(4)), { branches: 3 });
    const first = see(flow);
    const seen: number[] = [];
    const subscription = flow.subscribe((n) => {
      seen.push(n);
      if (n === 1) subscription.unsubscribe();
    });
    const last = see(flow);
    expect([first.seen, seen, last.seen]).toEqual([
      [0, 1, 2, 3, '|'],
      [0, 1],
      [0, 1, 2, 3, '|'],
    ]);
  });

  it('a branch may be unsubscribed by another one, inside next, before its turn', () => {
    const flow = broadcast(fromPull(numbers(3)), { branches: 2 });
    const seen: string[] = [];
    const victim = new Subscription();
    flow.subscribe((n) => {
      seen.push(`a${String(n)}`);
      if (n === 1) victim.unsubscribe();
    });
    const observer: unknown = { next: (n: number) => seen.push(`b${String(n)}`) };
    const subscriber = new Subscriber<number>(observer as Subscriber<number>);
    victim.add(subscriber);
    flow.subscribe(subscriber);
    expect(seen).toEqual(['a0', 'b0', 'a1', 'a2']);
  });

  it('C9: a branch that is unsubscribed inside subscribe does not start the source', () => {
    const source = handFed(numbers(3));
    const flow = broadcast(source, { branches: 1 });
    see(flow.pipe(take(0)));
    expect(source.feeds.length).toBe(0);
  });

  it('a branch may join inside next, and is given what comes after', () => {
    const flow = broadcast(fromPull(numbers(3)), { branches: 1 });
    let late: unknown[] = [];
    flow.subscribe((n) => {
      if (n === 0) late = see(flow).seen;
    });
    expect(late).toEqual([1, 2, '|']);
  });

  it('an operator that throws fails its own branch alone', () => {
    const flow = broadcast(fromPull(numbers(3)), { branches: 2 });
    const failing = see(
      flow.pipe(
        map((n) => {
          if (n === 1) throw new Error('no');
          return n;
        }),
      ),
    );
    const other = see(flow);
    expect([failing.seen, other.seen]).toEqual([
      [0, { error: new Error('no') }],
      [0, 1, 2, '|'],
    ]);
  });

  it('C5: a record that is pushed inside next comes after the one that is being given, in every branch', () => {
    const source = new Subject<number>();
    const flow = broadcast(onBackpressureBuffer(source), { branches: 2 });
    const [one, other]: [number[], number[]] = [[], []];
    flow.subscribe((n) => {
      one.push(n);
      if (n < 3) source.next(n + 1);
    });
    flow.subscribe((n) => other.push(n));
    source.next(0);
    expect([one, other]).toEqual(Array(2).fill([0, 1, 2, 3]));
  });

  it('C5: a branch that is granted credit inside next is given what it lags behind with first', () => {
    const source = handFed<number>();
    const flow = broadcast(source, { branches: 2, capacity: 8 });
    const one = handGranted(flow, {
      next: (n) => {
        if (n === 2) other.grant(5);
      },
    });
    const other = handGranted(flow);
    one.grantAll();
    source.send(0, 1, 2, 3, 4);
    expect([one.received, other.received]).toEqual(Array(2).fill([0, 1, 2, 3, 4]));
  });

  it('C6b: an inner broadcast for each record belongs to that record', async () => {
    const flow = fromPull(numbers(3)).pipe(
      concatMap((n) => {
        const lines = broadcast(fromPull([n, n + 10]), { branches: 2, capacity: 1 });
        return merge(lines, lines);
      }),
      stage(identity, { capacity: 1 }),
    );
    expect(String(await run(flow))).toBe('in 3 = delivered 3 · peak live 1');
  });

  it('P1: what a branch gives inside a delivery belongs to that record as well', async () => {
    const works = new Works<number>();
    const source = handFed<number>();
    const shared = broadcast(source, { branches: 1 });
    const asked = fromPull([100]).pipe(concatMap(() => shared.pipe(take(1))));
    const over = run(merge(shared.pipe(filter(() => false)), asked.pipe(stage(works.start))));
    source.send(7);
    source.complete();
    await microtasks();
    expect(works.begun).toEqual([7]);
    await works.finish(7, 7);
    expect(await over).toMatchObject({ delivered: 2, in: 2 });
  });
});
