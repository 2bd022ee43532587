import { describe, expect, it } from '@jest/globals';
import { map, NEVER, of } from 'rxjs';
import { Flowable } from '../../lib/credit/Flowable.js';
import { innerFlow } from '../../lib/operators/innerFlow.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { handGranted } from '../../lib/testing/HandGranted.js';
import { see } from './support/seen.js';
import { microtasks } from './support/Works.js';

describe('the flow of whatever a project may return', () => {
  it('is that flow itself where it honours credit', () => {
    const flow = fromPull([1]);
    expect(innerFlow(flow, 4)).toBe(flow);
  });

  it('honours credit in every case', async () => {
    const inputs = [[1, 2], new Set([1, 2]), of(1, 2), fromPull([1, 2]).pipe(map((n) => n))];
    for (const input of inputs) {
      const flow = innerFlow(input, 4);
      expect(flow).toBeInstanceOf(Flowable);
      const sink = handGranted(flow);
      expect(sink.received).toEqual([]);
      sink.grant(1);
      expect(sink.received).toEqual([1]);
      sink.grant(2);
      expect([sink.received, sink.ending]).toEqual([[1, 2], { kind: 'complete' }]);
    }
    const { seen } = see(innerFlow(Promise.resolve('one'), 4));
    await microtasks();
    expect(seen).toEqual(['one', '|']);
  });

  it('takes a text for its characters', () => {
    expect(see(innerFlow('ab', 4)).seen).toEqual(['a', 'b', '|']);
  });

  it('C11: gives a plain Observable a buffer of that capacity', () => {
    expect(handGranted(innerFlow(of(1, 2), 2)).ending).toBeNull();
    expect(handGranted(innerFlow(of(1, 2, 3), 2)).ending).toMatchObject({ error: { code: 'OVERFLOW' } });
    expect(handGranted(innerFlow(NEVER, 2)).ending).toBeNull();
  });
});
