import { describe, expect, it } from '@jest/globals';
import { Subject, take, takeUntil } from 'rxjs';
import { fromPull } from '../../lib/sources/fromPull.js';
import { handGranted } from '../../lib/testing/HandGranted.js';
import { see } from '../operators/support/seen.js';
import { thrownBy } from '../credit/support/errors.js';

interface Script {
  readonly next?: (nth: number) => unknown;
  readonly return?: () => unknown;
}

/** An iterator that counts its calls. */
function iterable(script: Script = {}) {
  const calls = { next: 0, return: 0 };
  const rows = {
    [Symbol.iterator]: () => ({
      next: () => {
        calls.next++;
        return script.next === undefined ? { done: calls.next >= 1000, value: calls.next } : script.next(calls.next);
      },
      return: () => {
        calls.return++;
        return script.return?.() ?? { done: true, value: undefined };
      },
    }),
  } as unknown as Iterable<number>;
  return { calls, rows };
}

describe('an iterator that is pulled', () => {
  it('C1: is asked once for each credit', () => {
    const { calls, rows } = iterable();
    const sink = handGranted(fromPull(rows));
    expect(calls.next).toBe(0);
    sink.grant(3);
    expect([calls.next, sink.received]).toEqual([3, [1, 2, 3]]);
  });

  it.each<[string, (rows: Iterable<number>) => void]>([
    ['unsubscribed', (rows) => handGranted(fromPull(rows)).cancel()],
    ['after take', (rows) => see(fromPull(rows).pipe(take(2)))],
    ['inside a delivery', (rows) => handGranted(fromPull(rows), { grant: 5, next: (_, sink) => sink.cancel() })],
  ])('C9: gets return() once when it is let go: %s', (_, let_go) => {
    const { calls, rows } = iterable();
    let_go(rows);
    expect(calls.return).toBe(1);
  });

  it('C9: gets no return() when it has ended by itself, or has thrown', () => {
    const ended = iterable({ next: (nth) => ({ done: nth === 3, value: nth }) });
    const { running } = see(fromPull(ended.rows));
    running.unsubscribe();
    const thrown = iterable({
      next: () => {
        throw new Error('disk');
      },
    });
    expect(see(fromPull(thrown.rows)).seen).toEqual([{ error: new Error('disk') }]);
    expect([ended.calls.return, thrown.calls.return]).toEqual([0, 0]);
  });

  it('C9: unsubscribed while next() runs, its generator is returned when that ends, once', () => {
    const stop = new Subject<void>();
    let closed = 0;
    function* rows() {
      try {
        for (let n = 0; ; n++) {
          if (n === 2) stop.next();
          yield n;
        }
      } finally {
        closed++;
      }
    }
    const { seen } = see(fromPull(rows()).pipe(takeUntil(stop)));
    expect({ seen, closed }).toEqual({ seen: [0, 1, '|'], closed: 1 });
  });

  it('C9: is not asked again after take, although its return() throws', () => {
    const { calls, rows } = iterable({
      return: () => {
        throw new Error('return');
      },
    });
    const seen: unknown[] = [];
    // Whether RxJS reports an error of a teardown depends on where it was run; it never ends in the stream.
    thrownBy(() =>
      fromPull(rows)
        .pipe(take(1))
        .subscribe((n) => seen.push(n)),
    );
    expect({ asked: calls.next, returned: calls.return, seen }).toEqual({ asked: 1, returned: 1, seen: [1] });
  });
});
