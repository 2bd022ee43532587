import { describe, expect, it } from '@jest/globals';
import { map, Subject, throwError, concat, of, range } from 'rxjs';
import { Flowable } from '../../lib/credit/Flowable.js';
import { stage } from '../../lib/operators/stage.js';
import { run } from '../../lib/sinks/run.js';
import {
  onBackpressureBuffer,
  ON_BACKPRESSURE_BUFFER_OPTIONS,
  type OnBackpressureBufferOptions,
} from '../../lib/sources/onBackpressureBuffer.js';
import { handFed } from '../../lib/testing/HandFed.js';
import { handGranted } from '../../lib/testing/HandGranted.js';
import { never } from '../credit/support/waiting.js';
import { numbers, see } from '../operators/support/seen.js';
import { yieldsThrough } from '../operators/support/yieldsThrough.js';
import { everyOption } from '../options/everyOption.js';

/** Pushes into a buffer above a sink without credit, and then wants everything. */
function pushed(count: number, options: OnBackpressureBufferOptions & { onDrop?: (n: number) => void }) {
  const pushes = new Subject<number>();
  const sink = handGranted(pushes.pipe(onBackpressureBuffer(options)));
  for (const n of numbers(count)) pushes.next(n);
  if (sink.ending === null) sink.grantAll();
  return { ending: sink.ending, received: sink.received };
}

describe('onBackpressureBuffer', () => {
  it('C8: keeps what the stage below has no credit for, up to its capacity, in order', () => {
    expect(pushed(3, { capacity: 3 }).received).toEqual([0, 1, 2]);
    expect(pushed(256, {}).received).toHaveLength(256);
  });

  it('C8: past it fails with OVERFLOW, or drops the oldest, or the newest', () => {
    expect(pushed(4, { capacity: 3 })).toMatchObject({ received: [], ending: { error: { code: 'OVERFLOW' } } });
    expect(pushed(5, { capacity: 3, overflow: 'dropOldest' }).received).toEqual([2, 3, 4]);
    expect(pushed(5, { capacity: 3, overflow: 'dropNewest' }).received).toEqual([0, 1, 2]);
  });

  it('hands on at once where there is credit, or no stage below', () => {
    const pushes = new Subject<number>();
    const { seen } = see(pushes.pipe(onBackpressureBuffer({ capacity: 1 })));
    for (const n of numbers(5)) pushes.next(n);
    expect(seen).toEqual([0, 1, 2, 3, 4]);
  });

  it('can be given the source itself, with options or without, and is a Flowable then', () => {
    const flow = onBackpressureBuffer(range(0, 3), { capacity: 3 });
    expect(flow).toBeInstanceOf(Flowable);
    expect(see(flow).seen).toEqual([0, 1, 2, '|']);
    expect(see(onBackpressureBuffer(of(1))).seen).toEqual([1, '|']);
    const source = handFed<number>([1]);
    expect(see(onBackpressureBuffer(source.pipe(map((n) => n)))).seen).toEqual([1, '|']);
  });

  it('C1: stops a source that can be stopped, by its capacity', () => {
    const source = handFed(numbers(99));
    const sink = handGranted(source.pipe(onBackpressureBuffer({ capacity: 3 })));
    expect(source.delivered).toBe(3);
    sink.grantAll();
    expect(sink.received).toEqual(numbers(99));
  });

  it('C10: completion and the error of the source wait until the buffer is empty', () => {
    const sink = handGranted(
      concat(
        of(1, 2),
        throwError(() => 'no'),
      ).pipe(onBackpressureBuffer()),
    );
    sink.grant(1);
    expect([sink.received, sink.ending]).toEqual([[1], null]);
    sink.grant(1);
    expect([sink.received, sink.ending]).toEqual([[1, 2], { kind: 'error', error: 'no' }]);
  });

  it('C9: releases the source and empties the buffer at once', () => {
    const pushes = new Subject<number>();
    const sink = handGranted(pushes.pipe(onBackpressureBuffer()));
    pushes.next(1);
    sink.cancel();
    sink.grant(1);
    expect([pushes.observed, sink.received, sink.late]).toEqual([false, [], []]);
  });

  it('C8: never holds more than its capacity, however many are dropped', async () => {
    const pushes = new Subject<number>();
    const stop = new AbortController();
    const flow = pushes.pipe(
      onBackpressureBuffer({ capacity: 3, overflow: 'dropNewest' }),
      stage(never, { capacity: 1 }),
    );
    const report = run(flow, { signal: stop.signal, drainMs: 0 });
    for (const n of numbers(100)) pushes.next(n);
    stop.abort();
    expect(await report).toMatchObject({ in: 100, rejected: 96, cancelled: 4 });
  });

  it('an onDrop that throws fails the stream', () => {
    const onDrop = () => {
      throw new Error('listener');
    };
    expect(pushed(2, { capacity: 1, overflow: 'dropNewest', onDrop }).ending).toEqual({
      kind: 'error',
      error: new Error('listener'),
    });
  });
});

everyOption('onBackpressureBuffer', ON_BACKPRESSURE_BUFFER_OPTIONS, {
  name: {
    does: 'the stage is called so in the report',
    test: async () => {
      const named = async (options: OnBackpressureBufferOptions) =>
        (await run(onBackpressureBuffer(of(1), options))).stages[0]?.stage;
      expect([await named({}), await named({ name: 'socket' })]).toEqual(['onBackpressureBuffer', 'socket']);
    },
  },
  capacity: {
    does: 'so many pushes are kept',
    test: () => {
      expect([pushed(9, {}).ending, pushed(9, { capacity: 8 }).ending?.kind]).toEqual([null, 'error']);
    },
  },
  scheduler: {
    does: 'what it yields to others comes from there',
    test: () => {
      expect(yieldsThrough((options) => onBackpressureBuffer<number>(options))).toEqual([0, 1]);
    },
  },
  overflow: {
    does: 'it says what is dropped',
    test: () => {
      const base = { capacity: 1 };
      expect([pushed(2, base).received, pushed(2, { ...base, overflow: 'dropOldest' }).received]).toEqual([[], [1]]);
    },
  },
  onDrop: {
    does: 'it is told of each value that is dropped',
    test: () => {
      const dropped: number[] = [];
      const options = { capacity: 2, overflow: 'dropOldest' } as const;
      pushed(5, options);
      expect(dropped).toEqual([]);
      pushed(5, { ...options, onDrop: (n) => dropped.push(n) });
      expect(dropped).toEqual([0, 1, 2]);
    },
  },
});
