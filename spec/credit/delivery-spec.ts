import { describe, expect, it } from '@jest/globals';
import { map, merge, Subject, tap } from 'rxjs';
import { current, deliverer } from '../../lib/credit/delivery.js';
import { Flowable } from '../../lib/credit/Flowable.js';
import { stage } from '../../lib/operators/stage.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { handGranted } from '../../lib/testing/HandGranted.js';

describe('the delivery of this moment', () => {
  it('is found through a registered symbol, so that another copy of the library sees the same', () => {
    expect((globalThis as Record<symbol, unknown>)[Symbol.for('sluice.delivery.1')]).toBe(current);
  });

  it('names the producer while its record is delivered, and nobody before and after', () => {
    const producers: unknown[] = [];
    const sink = handGranted(fromPull([1, 2]), { next: () => producers.push(current.producer) });
    expect(current).toEqual({ producer: null, record: null, depth: 0 });
    sink.grant(5);
    expect(producers).toHaveLength(2);
    expect(producers[0]).not.toBeNull();
    expect(producers[1]).toBe(producers[0]);
    expect(current).toEqual({ producer: null, record: null, depth: 0 });
  });

  it('is nobody again after a consumer that throws', () => {
    const sink = handGranted(fromPull([1, 2]), {
      next: () => {
        throw new Error('consumer');
      },
    });
    sink.grant(5);
    expect(sink.ending).toMatchObject({ kind: 'error' });
    expect(current).toEqual({ producer: null, record: null, depth: 0 });
  });

  it('is that of the last stage that passed the record straight on', () => {
    const seen: unknown[] = [];
    const plain = (value: number) => value;
    const look = tap<number>(() => seen.push(deliverer()));
    handGranted(fromPull([1]).pipe(look, stage(plain), look, map(plain), stage(plain), look), { grant: 5 });
    expect(seen).toHaveLength(3);
    expect(new Set(seen).size).toBe(3);
    expect(seen).not.toContain(null);
    expect(deliverer()).toBeNull();
  });

  it('is nobody of the stages that passed a record on once a consumer has thrown', () => {
    const flow = fromPull([1, 2, 3]).pipe(
      stage((value: number) => value),
      stage((value: number) => value),
    );
    handGranted(flow, {
      next: () => {
        throw new Error('consumer');
      },
      grant: 5,
    });
    expect(deliverer()).toBeNull();
    expect(current).toEqual({ producer: null, record: null, depth: 0 });
  });

  it('is that of a flow that delivers inside a stage which passes a record on: its records are cut off', () => {
    const inner = new Subject<number>();
    const sink = handGranted(
      fromPull([1, 2]).pipe(
        stage((value: number) => value, { name: 'above' }),
        tap((value) => {
          fromPull([value * 10]).subscribe((each) => {
            inner.next(each);
          });
        }),
        (source) => merge(inner, source),
        stage((value: number) => value, { name: 'below' }),
      ),
      { grant: 5 },
    );
    expect(sink.ending).toMatchObject({ kind: 'error', error: { code: 'CUT_LINK' } });
  });

  it('is its own again when a producer delivers once more inside its own delivery', () => {
    const received: number[] = [];
    let again: () => void = () => undefined;
    const source = new Flowable<number>((subscriber) => {
      again = () => {
        subscriber.next(2);
      };
      let sent = 0;
      subscriber.onDemand(() => {
        if (sent++ === 0) subscriber.next(1);
      });
    });
    const plain = (value: number) => value;
    const sink = handGranted(
      source.pipe(
        stage(plain),
        tap((value) => {
          if (value === 1) again();
        }),
        stage(plain),
      ),
      { next: (value: number) => received.push(value), grant: 5 },
    );
    expect(sink.ending).toBeNull();
    expect(received).toEqual([1, 2]);
  });

  it('gives the place back to nobody: a stage that gets its own record back takes it for a pushed one', () => {
    const loop = new Subject<number>();
    const plain = (value: number) => value;
    const sink = handGranted(
      fromPull([1]).pipe(
        (source) => merge(loop, source),
        stage(plain, { name: 'looped' }),
        tap((value) => {
          if (value === 1) loop.next(2);
        }),
      ),
      { grant: 5 },
    );
    expect(sink.ending).toMatchObject({ kind: 'error', error: { code: 'CUT_LINK' } });
  });
});
