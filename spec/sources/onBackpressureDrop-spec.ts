import { describe, expect, it } from '@jest/globals';
import { of, Subject } from 'rxjs';
import { Flowable } from '../../lib/credit/Flowable.js';
import { stage } from '../../lib/operators/stage.js';
import { run } from '../../lib/sinks/run.js';
import { onBackpressureDrop, ON_BACKPRESSURE_DROP_OPTIONS } from '../../lib/sources/onBackpressureDrop.js';
import { handFed } from '../../lib/testing/HandFed.js';
import { handGranted } from '../../lib/testing/HandGranted.js';
import { never } from '../credit/support/waiting.js';
import { numbers, see } from '../operators/support/seen.js';
import { everyOption } from '../options/everyOption.js';

describe('onBackpressureDrop', () => {
  it('C8: hands a record on at once, or never', () => {
    const pushes = new Subject<number>();
    const sink = handGranted(pushes.pipe(onBackpressureDrop()));
    pushes.next(1);
    sink.grant(1);
    expect(sink.received).toEqual([]);
    pushes.next(2);
    pushes.next(3);
    expect(sink.received).toEqual([2]);
    pushes.complete();
    expect(sink.ending).toEqual({ kind: 'complete' });
  });

  it('C8: a dropped record has the outcome rejected', async () => {
    const pushes = new Subject<number>();
    const stop = new AbortController();
    const report = run(pushes.pipe(onBackpressureDrop(), stage(never, { capacity: 2 })), {
      signal: stop.signal,
      drainMs: 0,
    });
    for (const n of numbers(9)) pushes.next(n);
    stop.abort();
    expect(await report).toMatchObject({ in: 9, rejected: 7, cancelled: 2, codes: { rejected: { OVERFLOW: 7 } } });
  });

  it('can be given the source itself, and is a Flowable then', () => {
    const flow = onBackpressureDrop(of(1, 2));
    expect(flow).toBeInstanceOf(Flowable);
    expect(see(flow).seen).toEqual([1, 2, '|']);
  });

  it('C1: stops a source that can be stopped, and loses nothing of it', () => {
    const source = handFed(numbers(9));
    const sink = handGranted(source.pipe(onBackpressureDrop()));
    expect(source.delivered).toBe(1);
    for (let n = 0; n < 9; n++) sink.grant(1);
    expect(sink.received).toEqual(numbers(9));
  });

  it('C9: releases the source at once', () => {
    const pushes = new Subject<number>();
    const sink = handGranted(pushes.pipe(onBackpressureDrop()));
    pushes.next(1);
    sink.cancel();
    expect([pushes.observed, sink.received]).toEqual([false, []]);
  });

  it('an onDrop that throws fails the stream', () => {
    const pushes = new Subject<number>();
    const onDrop = () => {
      throw new Error('listener');
    };
    const sink = handGranted(pushes.pipe(onBackpressureDrop<number>({ onDrop })));
    pushes.next(1);
    pushes.next(2);
    expect(sink.ending).toEqual({ kind: 'error', error: new Error('listener') });
  });
});

everyOption('onBackpressureDrop', ON_BACKPRESSURE_DROP_OPTIONS, {
  name: {
    does: 'the stage is called so in the report',
    test: async () => {
      const named = async (options: { name?: string }) =>
        (await run(onBackpressureDrop(of(1), options))).stages[0]?.stage;
      expect([await named({}), await named({ name: 'socket' })]).toEqual(['onBackpressureDrop', 'socket']);
    },
  },
  onDrop: {
    does: 'it is told of each value that is dropped',
    test: () => {
      const dropped: number[] = [];
      const push = (options: { onDrop?: (n: number) => void }) => {
        const pushes = new Subject<number>();
        handGranted(pushes.pipe(onBackpressureDrop(options)));
        for (const n of numbers(3)) pushes.next(n);
      };
      push({});
      expect(dropped).toEqual([]);
      push({ onDrop: (n) => dropped.push(n) });
      expect(dropped).toEqual([0, 1, 2]);
    },
  },
});
