import { describe, expect, it } from '@jest/globals';
import { concat, filter, Subject, throwError, type Observable } from 'rxjs';
import { onBackpressureBuffer } from '../../lib/sources/onBackpressureBuffer.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { run } from '../../lib/sinks/run.js';
import { stage } from '../../lib/operators/stage.js';
import { handFed } from '../../lib/testing/HandFed.js';
import { handGranted } from '../../lib/testing/HandGranted.js';
import { never } from './support/waiting.js';

const pass = (capacity: number) => stage((n: number) => n, { capacity });

describe('the drain loop', () => {
  it('C4: grants what is owed when half the capacity has been settled, and all it has at the start', () => {
    const source = handFed<number>();
    const sink = handGranted(source.pipe(pass(8)));
    sink.grantAll();
    const demands = () => source.demands.map(({ count }) => count);
    expect(demands()).toEqual([8]);
    source.send(1, 2, 3);
    expect(demands()).toEqual([8]);
    source.send(4);
    expect(demands()).toEqual([8, 4]);
    source.send(5, 6, 7, 8, 9);
    expect(demands()).toEqual([8, 4, 4]);
  });

  it('C4: grants less where it would stand idle: nothing waits and no credit is out', () => {
    const work = new Subject<void>();
    const source = handFed<number>();
    source
      .pipe(stage((n: number) => (n === 1 ? work : never()), { capacity: 8, concurrency: 8, order: 'none' }))
      .subscribe();
    source.send(1, 2, 3, 4, 5, 6, 7, 8, 9);
    expect(source.requested).toBe(8);
    work.complete();
    expect(source.demands.map(({ count }) => count)).toEqual([8, 1]);
    expect(source.delivered).toBe(9);
  });

  it('C4: its grants sum up to what was settled plus the capacity, for every capacity', () => {
    for (const capacity of [1, 2, 3, 7, 64]) {
      const source = handFed(Array.from({ length: 500 }, (_, n) => n));
      const sink = handGranted(source.pipe(pass(capacity)));
      for (let n = 0; n < 100; n++) sink.grant(1);
      expect(sink.received).toHaveLength(100);
      expect(source.requested).toBeLessThanOrEqual(100 + capacity);
      expect(source.delivered).toBeLessThanOrEqual(100 + capacity);
    }
  });

  it('C5: is not entered again by records that its own work pushes in', () => {
    const pushes = new Subject<number>();
    let inside = 0;
    let deepest = 0;
    const seen: number[] = [];
    const work = (n: number) => {
      deepest = Math.max(deepest, ++inside);
      if (n < 50) pushes.next(n + 1);
      inside--;
      return n;
    };
    pushes.pipe(stage(work)).subscribe((n) => seen.push(n));
    pushes.next(0);
    expect(seen).toEqual(Array.from({ length: 51 }, (_, n) => n));
    expect(deepest).toBe(1);
  });

  it('C10: completion waits behind the records already accepted, while the source is released at once', () => {
    const work = new Subject<void>();
    const source = handFed<number>([1, 2, 3]);
    const sink = handGranted(source.pipe(stage(() => work, { capacity: 8 })));
    sink.grantAll();
    expect({ subscribed: source.subscribed, ending: sink.ending }).toEqual({ subscribed: false, ending: null });
    work.complete();
    expect(sink.ending).toEqual({ kind: 'complete' });
  });

  it('C10: an error of the source waits behind the records already accepted', () => {
    const source = concat(
      fromPull([1, 2, 3]),
      throwError(() => 'broken'),
    );
    const sink = handGranted(source.pipe(pass(8)));
    expect(sink.ending).toBeNull();
    sink.grant(2);
    expect({ received: sink.received, ending: sink.ending }).toEqual({ received: [1, 2], ending: null });
    sink.grant(1);
    expect({ received: sink.received, ending: sink.ending }).toEqual({
      received: [1, 2, 3],
      ending: { kind: 'error', error: 'broken' },
    });
  });

  it('C1: an endless source is not pulled past the capacities below it while the sink stands still', () => {
    let pulled = 0;
    function* endless() {
      for (;;) yield pulled++;
    }
    const flow = fromPull(endless()).pipe(
      pass(3),
      filter((n) => n % 2 === 0),
      pass(5),
      onBackpressureBuffer({ capacity: 7 }),
    );
    const sink = handGranted(flow);
    const settled = () => pulled - Math.ceil(pulled / 2);
    expect(pulled - settled()).toBeLessThanOrEqual(15);
    const before = pulled;
    sink.grant(1000);
    expect(pulled).toBeGreaterThan(before);
    expect(sink.received).toEqual(Array.from({ length: 1000 }, (_, n) => 2 * n));
    sink.cancel();
  });
});

describe('a long row of stages (C5)', () => {
  const through = (length: number) => {
    let flow: Observable<number> = fromPull(Array.from({ length: 10 }, (_, n) => n));
    for (let n = 0; n < length; n++) flow = flow.pipe(stage((m: number) => m + 1, { capacity: 4 }));
    return flow;
  };

  it.each([1000, 3000])('runs, completes and is cancelled on the default stack: %i stages', (length) => {
    const sink = handGranted(through(length));
    sink.grant(3);
    expect(sink.received).toEqual([length, length + 1, length + 2]);
    sink.grantAll();
    expect(sink.received).toHaveLength(10);
    expect(sink.ending).toEqual({ kind: 'complete' });
    const cancelled = handGranted(through(length));
    cancelled.grant(1);
    cancelled.cancel();
    expect(cancelled.received).toHaveLength(1);
  });

  it('keeps its books over 1000 stages', async () => {
    const report = await run(through(1000));
    expect(report).toMatchObject({ in: 10, delivered: 10, inFlight: 0 });
    expect(report.stages).toHaveLength(1000);
  });
});
