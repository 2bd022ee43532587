import { describe, expect, it } from '@jest/globals';
import { of, Subject } from 'rxjs';
import { Flowable } from '../../lib/credit/Flowable.js';
import { stage } from '../../lib/operators/stage.js';
import { run } from '../../lib/sinks/run.js';
import { onBackpressureLatest, ON_BACKPRESSURE_LATEST_OPTIONS } from '../../lib/sources/onBackpressureLatest.js';
import { handFed } from '../../lib/testing/HandFed.js';
import { handGranted } from '../../lib/testing/HandGranted.js';
import { never } from '../credit/support/waiting.js';
import { numbers, see } from '../operators/support/seen.js';
import { everyOption } from '../options/everyOption.js';

describe('onBackpressureLatest', () => {
  it('C8: keeps only the newest while the stage below has no credit', () => {
    const pushes = new Subject<number>();
    const sink = handGranted(pushes.pipe(onBackpressureLatest()));
    for (const n of [1, 2, 3]) pushes.next(n);
    sink.grant(2);
    expect(sink.received).toEqual([3]);
    pushes.next(4);
    expect(sink.received).toEqual([3, 4]);
  });

  it('C8: a record that is replaced has the outcome rejected', async () => {
    const pushes = new Subject<number>();
    const stop = new AbortController();
    const report = run(pushes.pipe(onBackpressureLatest(), stage(never, { capacity: 2 })), {
      signal: stop.signal,
      drainMs: 0,
    });
    for (const n of numbers(9)) pushes.next(n);
    stop.abort();
    expect(await report).toMatchObject({ in: 9, rejected: 6, cancelled: 3, codes: { rejected: { OVERFLOW: 6 } } });
  });

  it('C10: completes when the newest record is handed on', () => {
    const sink = handGranted(onBackpressureLatest(of(1, 2)));
    expect(sink.ending).toBeNull();
    sink.grant(1);
    expect([sink.received, sink.ending]).toEqual([[2], { kind: 'complete' }]);
  });

  it('can be given the source itself, and is a Flowable then', () => {
    const flow = onBackpressureLatest(of(1, 2));
    expect(flow).toBeInstanceOf(Flowable);
    expect(see(flow).seen).toEqual([1, 2, '|']);
  });

  it('C1: stops a source that can be stopped, and loses nothing of it', () => {
    const source = handFed(numbers(9));
    const sink = handGranted(source.pipe(onBackpressureLatest()));
    expect(source.delivered).toBe(1);
    for (let n = 0; n < 9; n++) sink.grant(1);
    expect(sink.received).toEqual(numbers(9));
  });

  it('C9: releases the source at once', () => {
    const pushes = new Subject<number>();
    const sink = handGranted(pushes.pipe(onBackpressureLatest()));
    pushes.next(1);
    sink.cancel();
    expect([pushes.observed, sink.received]).toEqual([false, []]);
  });

  it('an onDrop that throws fails the stream', () => {
    const pushes = new Subject<number>();
    const onDrop = () => {
      throw new Error('listener');
    };
    const sink = handGranted(pushes.pipe(onBackpressureLatest<number>({ onDrop })));
    pushes.next(1);
    pushes.next(2);
    expect(sink.ending).toEqual({ kind: 'error', error: new Error('listener') });
  });
});

everyOption('onBackpressureLatest', ON_BACKPRESSURE_LATEST_OPTIONS, {
  name: {
    does: 'the stage is called so in the report',
    test: async () => {
      const named = async (options: { name?: string }) =>
        (await run(onBackpressureLatest(of(1), options))).stages[0]?.stage;
      expect([await named({}), await named({ name: 'socket' })]).toEqual(['onBackpressureLatest', 'socket']);
    },
  },
  onDrop: {
    does: 'it is told of each value that is dropped',
    test: () => {
      const dropped: number[] = [];
      const push = (options: { onDrop?: (n: number) => void }) => {
        const pushes = new Subject<number>();
        handGranted(pushes.pipe(onBackpressureLatest(options)));
        for (const n of numbers(3)) pushes.next(n);
      };
      push({});
      expect(dropped).toEqual([]);
      push({ onDrop: (n) => dropped.push(n) });
      expect(dropped).toEqual([0, 1]);
    },
  },
});
