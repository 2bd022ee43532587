import { describe, expect, it } from '@jest/globals';
import { bufferCount, concat, endWith, merge, mergeWith, range, takeLast, type Observable } from 'rxjs';
import { stage } from '../../lib/operators/stage.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { handGranted } from '../../lib/testing/HandGranted.js';

/** What comes through a stage that is full by the time the link has been subscribed. */
function through<T>(flow: Observable<T>, capacity: number) {
  const sink = handGranted(flow.pipe(stage((value: T) => value, { capacity })));
  sink.grant(100);
  return { received: sink.received, ending: sink.ending };
}

describe('what is released while the link is being subscribed', () => {
  it('C7: comes in, though the flows that merge subscribed have ended by then', () => {
    const both = merge(fromPull([1]), fromPull([2])).pipe(endWith(3, 4, 5));
    const other = fromPull([1]).pipe(mergeWith(fromPull([2])), endWith(3, 4, 5));
    const none = merge(fromPull<number>([]), fromPull<number>([])).pipe(endWith(3, 4, 5));
    const complete = { kind: 'complete' };
    for (const capacity of [1, 2, 3, 4]) {
      expect(through(both, capacity)).toEqual({ received: [1, 2, 3, 4, 5], ending: complete });
      expect(through(other, capacity)).toEqual({ received: [1, 2, 3, 4, 5], ending: complete });
      expect(through(none, capacity)).toEqual({ received: [3, 4, 5], ending: complete });
    }
  });

  it('C7: comes in where records were held back, as many again as there are places', () => {
    const flow = merge(fromPull([1, 2]), fromPull([3])).pipe(bufferCount(2), endWith([4]));
    const rest = merge(fromPull([1]), fromPull<number>([])).pipe(takeLast(1), endWith(2));
    expect(through(flow, 1)).toEqual({ received: [[1, 2], [3], [4]], ending: { kind: 'complete' } });
    expect(through(rest, 1)).toEqual({ received: [1, 2], ending: { kind: 'complete' } });
  });

  it('C8: has a bound: a source that cannot stop is still told so', () => {
    const { received, ending } = through(concat(fromPull<number>([]), range(0, 100_000)), 2);
    expect(received.length).toBeLessThan(100_000);
    expect(ending).toMatchObject({ kind: 'error', error: { code: 'OVERFLOW' } });
  });
});
