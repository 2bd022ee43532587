import { describe, expect, it } from '@jest/globals';
import { bufferCount, concat, map, merge, mergeMap, NEVER, Subject, take, takeUntil, throwError } from 'rxjs';
import { balance } from '../../lib/operators/balance.js';
import { stage } from '../../lib/operators/stage.js';
import { uncredited } from '../../lib/operators/uncredited.js';
import { run } from '../../lib/sinks/run.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { FlowTestScheduler } from '../../lib/testing/FlowTestScheduler.js';
import { handFed } from '../../lib/testing/HandFed.js';
import { handGranted } from '../../lib/testing/HandGranted.js';
import { CommittingLog } from '../records/support/CommittingLog.js';
import { numbers, see } from './support/seen.js';
import { microtasks, Works } from './support/Works.js';

const marbles = (test: Parameters<FlowTestScheduler['run']>[0]) => new FlowTestScheduler().run(test);
const identity = (n: number) => n;

/** A source that has so many records and does not complete. */
const open = (length: number) => {
  const source = handFed<number>();
  source.send(...numbers(length));
  return source;
};

describe('balance', () => {
  it('C18b: gives each record to one branch that has credit, in turn, in virtual time', () =>
    marbles(({ expectFlow }) => {
      const flow = balance(handFed(['a', 'b', 'c', 'd', 'e']), { branches: 2, capacity: 2 });
      expectFlow(flow, '--1--1----1').toEmit('--b--c----(e|)');
      expectFlow(flow, '-1-----1---').toEmit('-a-----d--|');
    }));

  it('C18b: while all are ready, their counts differ by at most one', () => {
    const source = handFed<number>();
    const flow = balance(source, { branches: 3 });
    const branches = numbers(3).map(() => see(flow));
    for (const n of numbers(20)) {
      source.send(n);
      const counts = branches.map(({ seen }) => seen.length);
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    }
  });

  it('C18b: while one is stalled the others take all, and what it holds stays its own', () => {
    const source = handFed(numbers(20));
    const flow = balance(source, { branches: 3 });
    const works = new Works<number>();
    see(flow.pipe(stage(works.start, { capacity: 3, concurrency: 1 })));
    const others = [see(flow), see(flow)];
    const theirs = others.flatMap(({ seen }) => seen).filter((n) => n !== '|');
    expect(theirs.length).toBe(17);
    expect(works.begun).toEqual([0]);
  });

  it('C1: waits while no branch has credit, and gives to the first that has', () => {
    const source = handFed(numbers(99));
    const flow = balance(source, { branches: 2, capacity: 3 });
    const [one, other] = [handGranted(flow), handGranted(flow)];
    expect(source.delivered).toBe(3);
    other.grant(2);
    one.grant(1);
    expect([one.received, other.received]).toEqual([[2], [0, 1]]);
  });

  it('C18b: gives back what the first stage of a leaving branch has not begun, in order and first', async () => {
    const source = open(8);
    const flow = balance(source, { branches: 2, capacity: 4 });
    const works = new Works<number>();
    const leaving = see(flow.pipe(stage(works.start, { capacity: 4, concurrency: 1 })));
    const staying = handGranted(flow);
    staying.grant(1);
    expect([source.delivered, works.begun, staying.received]).toEqual([8, [0], [4]]);
    leaving.running.unsubscribe();
    await microtasks();
    staying.grantAll();
    expect(staying.received).toEqual([4, 1, 2, 3, 5, 6, 7]);
  });

  it('C18b: what two leaving branches give back is put in the order in which it came', () => {
    const source = open(9);
    const flow = balance(source, { branches: 3, capacity: 9 });
    const works = new Works<number>();
    const worker = () => see(flow.pipe(stage(works.start, { capacity: 3, concurrency: 1 })));
    const [one, other] = [worker(), worker()];
    const staying = handGranted(flow);
    expect(works.begun).toEqual([0, 1]);
    other.running.unsubscribe();
    one.running.unsubscribe();
    staying.grantAll();
    expect(staying.received).toEqual([2, 3, 4, 5, 6, 7, 8]);
  });

  it('C18b: through operators it gives back the records themselves, and only those of which no part has begun', () => {
    const source = open(4);
    const flow = balance(source, { branches: 2, capacity: 9 });
    const works = new Works<string>();
    const twice = flow.pipe(
      mergeMap((n) => [`${String(n)}a`, `${String(n)}b`]),
      stage(works.start, { capacity: 9, concurrency: 3 }),
    );
    const leaving = see(twice);
    const staying = handGranted(flow);
    expect(works.begun).toEqual(['0a', '0b', '1a']);
    leaving.running.unsubscribe();
    staying.grantAll();
    expect(staying.received).toEqual([2, 3]);
  });

  it('C18b: in order per key, what waits behind its key is given back too', () => {
    const flow = balance(open(6), { branches: 2, capacity: 9 });
    const works = new Works<number>();
    const leaving = see(
      flow.pipe(stage(works.start, { capacity: 9, concurrency: 4, order: { perKey: (n) => n % 2 } })),
    );
    const staying = handGranted(flow);
    expect(works.begun).toEqual([0, 1]);
    leaving.running.unsubscribe();
    staying.grantAll();
    expect(staying.received).toEqual([2, 3, 4, 5]);
  });

  it('a branch that is closed above its stage keeps what it holds: the stage goes on', async () => {
    const flow = balance(open(5), { branches: 2, capacity: 9 });
    const works = new Works<number>();
    const closed = see(flow.pipe(take(3), stage(works.start, { concurrency: 1 })));
    const staying = handGranted(flow);
    await microtasks();
    staying.grantAll();
    for (const n of numbers(3)) await works.finish(n, n);
    expect([closed.seen, staying.received]).toEqual([
      [0, 1, 2, '|'],
      [3, 4],
    ]);
  });

  it('C3: what is given back is more than the capacity, and is repaid before the source gives again', () => {
    const source = handFed(numbers(999));
    const flow = balance(source, { branches: 2, capacity: 2 });
    const works = new Works<number>();
    const leaving = see(flow.pipe(stage(works.start, { capacity: 50, concurrency: 1 })));
    const staying = handGranted(flow);
    const given = source.delivered;
    leaving.running.unsubscribe();
    staying.grant(48);
    expect([source.delivered, staying.received]).toEqual([given, numbers(50).slice(1, 49)]);
    staying.grant(4);
    expect(source.delivered).toBeGreaterThan(given);
  });

  it('C10: completes all branches when every record is given away, and an error waits likewise', () => {
    const completing = balance(fromPull(numbers(3)), { branches: 2 });
    const [one, other] = [handGranted(completing), handGranted(completing)];
    one.grant(2);
    expect([one.ending, other.ending]).toEqual([null, null]);
    other.grant(1);
    expect([one.ending, other.ending]).toEqual(Array(2).fill({ kind: 'complete' }));
    const failing = balance(
      concat(
        fromPull(numbers(2)),
        throwError(() => 'no'),
      ),
      { branches: 1 },
    );
    const only = handGranted(failing);
    only.grant(1);
    expect(only.ending).toBeNull();
    only.grant(1);
    expect(only.ending).toEqual({ kind: 'error', error: 'no' });
  });

  it('C18: is released with the last branch, and begins anew', () => {
    const source = handFed(numbers(9));
    const flow = balance(source, { branches: 2 });
    const [one, other] = [handGranted(flow), handGranted(flow)];
    one.cancel();
    other.cancel();
    expect([source.subscribed, source.feeds.length]).toEqual([false, 1]);
    see(flow);
    see(flow);
    expect(source.feeds.length).toBe(2);
  });

  it('C8: a source that cannot stop fails all branches with OVERFLOW', () => {
    const source = new Subject<number>();
    const flow = balance(source, { branches: 2, capacity: 2 });
    const branches = [handGranted(flow), handGranted(flow)];
    for (const n of numbers(3)) source.next(n);
    for (const { ending } of branches) expect(ending).toMatchObject({ error: { code: 'OVERFLOW' } });
  });
});

describe('the records of a balance', () => {
  it('P5: each record is settled where it went, and one that was given back where it went then', async () => {
    const log = new CommittingLog(8);
    const flow = balance(concat(log.source, NEVER), { branches: 2, capacity: 4 });
    const [first, second] = [new Works<number>(), new Works<number>()];
    const leaving = see(flow.pipe(stage(first.start, { capacity: 4, concurrency: 1 })));
    see(flow.pipe(stage(second.start, { capacity: 8, concurrency: 8, order: 'none' })));
    leaving.running.unsubscribe();
    await microtasks();
    expect([log.told, first.begun, second.begun]).toEqual([['0 cancelled'], [0], [1, 3, 5, 7, 2, 4, 6]]);
    for (const n of second.begun) await second.finish(n, n);
    expect(log.told).toEqual(['0 cancelled', ...second.begun.map((n) => `${String(n)} delivered`)]);
  });

  it('P5: the ledger of branches that meet again balances when one of them leaves', async () => {
    const works = new Works<number>();
    const leave = new Subject<void>();
    const flow = balance(fromPull(numbers(6)), { branches: 2, capacity: 6 });
    const leaving = flow.pipe(stage(works.start, { capacity: 4, concurrency: 1 }));
    const late = new Works<number>();
    const over = run(merge(leaving.pipe(takeUntil(uncredited(leave))), flow.pipe(stage(late.start, { capacity: 1 }))));
    expect([works.begun, late.begun]).toEqual([[0], [1]]);
    leave.next();
    await microtasks();
    for (const n of [1, 2, 3, 4, 5]) await late.finish(n, n);
    expect(String(await over)).toBe('in 6 = delivered 5 + cancelled 1 (UNSUBSCRIBED 1) · peak live 6');
  });

  it('P5: a worker with books of its own gives back as well', async () => {
    const log = new CommittingLog(6);
    const flow = balance(concat(log.source, NEVER), { branches: 2, capacity: 6 });
    const [works, others] = [new Works<number>(), new Works<number>()];
    const failed = run(flow.pipe(stage(works.start, { capacity: 3, concurrency: 1 })));
    const stop = new AbortController();
    const other = run(flow.pipe(stage(others.start, { capacity: 1 })), { signal: stop.signal });
    await works.fail(0, new Error('no'));
    await expect(failed).rejects.toThrow('no');
    for (const n of [1, 2, 3, 4, 5]) await others.finish(n, n);
    expect(log.told).toEqual(['0 cancelled', ...[1, 2, 3, 4, 5].map((n) => `${String(n)} delivered`)]);
    stop.abort();
    expect(String(await other)).toBe('in 5 = delivered 5 · peak live 1');
  });

  it('P3: what an operator of a leaving branch held is cancelled', () => {
    const log = new CommittingLog(4);
    const flow = balance(concat(log.source, NEVER), { branches: 2, capacity: 4 });
    const held = see(
      flow.pipe(
        bufferCount(99),
        stage((some: number[]) => some.length),
      ),
    );
    see(flow.pipe(stage(identity)));
    expect(log.told).toEqual(['1 delivered', '3 delivered']);
    held.running.unsubscribe();
    expect(log.told.slice(2)).toEqual(['0 cancelled', '2 cancelled']);
  });

  it('an operator that throws fails its own branch, and the others take the rest', () => {
    const flow = balance(fromPull(numbers(5)), { branches: 2 });
    const failing = see(
      flow.pipe(
        map((n) => {
          if (n === 2) throw new Error('no');
          return n;
        }),
        stage(identity),
      ),
    );
    const other = see(flow);
    expect([failing.seen, other.seen]).toEqual([
      [0, { error: new Error('no') }],
      [1, 3, 4, '|'],
    ]);
  });

  it('a branch may leave and join inside next', () => {
    const flow = balance(fromPull(numbers(6)), { branches: 2 });
    const seen: string[] = [];
    const first = flow.pipe(take(2)).subscribe({
      next: (n) => seen.push(`a${String(n)}`),
      complete: () => {
        flow.subscribe((n) => seen.push(`c${String(n)}`));
      },
    });
    flow.subscribe((n) => seen.push(`b${String(n)}`));
    expect(seen.map((text) => text.slice(1))).toEqual(numbers(6).map(String));
    expect(seen.filter((text) => text.startsWith('a'))).toHaveLength(2);
    first.unsubscribe();
  });
});
