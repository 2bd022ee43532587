import { describe, expect, it } from '@jest/globals';
import { current } from '../../lib/credit/delivery.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { handGranted } from '../../lib/testing/HandGranted.js';

describe('the delivery of this moment', () => {
  it('is found through a registered symbol, so that another copy of the library sees the same', () => {
    expect((globalThis as Record<symbol, unknown>)[Symbol.for('sluice.delivery.1')]).toBe(current);
  });

  it('names the producer while its record is delivered, and nobody before and after', () => {
    const producers: unknown[] = [];
    const sink = handGranted(fromPull([1, 2]), { next: () => producers.push(current.producer) });
    expect(current).toEqual({ producer: null, record: null });
    sink.grant(5);
    expect(producers).toHaveLength(2);
    expect(producers[0]).not.toBeNull();
    expect(producers[1]).toBe(producers[0]);
    expect(current).toEqual({ producer: null, record: null });
  });

  it('is nobody again after a consumer that throws', () => {
    const sink = handGranted(fromPull([1, 2]), {
      next: () => {
        throw new Error('consumer');
      },
    });
    sink.grant(5);
    expect(sink.ending).toMatchObject({ kind: 'error' });
    expect(current).toEqual({ producer: null, record: null });
  });
});
