import { describe, expect, it } from '@jest/globals';
import { NEVER, of, throwError } from 'rxjs';
import { fromPull } from '../../lib/sources/fromPull.js';
import { Ledger } from '../../lib/records/Ledger.js';
import { handFed, handGranted } from '../../lib/testing/index.js';

describe('handGranted', () => {
  it('runs the example of its documentation', () => {
    const sink = handGranted(fromPull([1, 2, 3]), { next: (value, self) => value === 2 && self.cancel() });
    sink.grant(1);
    expect(sink.received).toEqual([1]);
    sink.grant(5);
    expect(sink.received).toEqual([1, 2]);
    expect([sink.cancelled, sink.ending]).toEqual([true, null]);
  });

  it('wants nothing until it is told to', () => {
    const sink = handGranted(fromPull([1]));
    expect([sink.received, sink.granted, sink.balance]).toEqual([[], 0, 0]);
  });

  it('may want records before it subscribes, and everything', () => {
    expect(handGranted(fromPull([1, 2, 3]), { grant: 2 }).received).toEqual([1, 2]);
    const sink = handGranted(fromPull([1, 2, 3]));
    sink.grantAll();
    sink.grantAll();
    expect([sink.received, sink.ending]).toEqual([[1, 2, 3], { kind: 'complete' }]);
  });

  it.each([0, -1, 1.5, NaN])('refuses to grant %d', (count) => {
    expect(() => handGranted(NEVER).grant(count)).toThrow('grant a whole number of at least 1');
  });

  it('C8: is told of an overflow by a source that cannot stop', () => {
    expect(handGranted(of(1)).ending).toMatchObject({ kind: 'error', error: { code: 'OVERFLOW' } });
  });

  it('takes an error and an end without credit', () => {
    expect(handGranted(throwError(() => 'no')).ending).toEqual({ kind: 'error', error: 'no' });
    expect(handGranted(of()).ending).toEqual({ kind: 'complete' });
  });

  it('may grant from inside next, and cancel from inside every callback', () => {
    const all = handGranted(fromPull([1, 2, 3, 4]), { grant: 1, next: (_, sink) => sink.grant(1) });
    expect(all.received).toEqual([1, 2, 3, 4]);
    const ended = handGranted(fromPull([]), { grant: 1, complete: (sink) => sink.cancel() });
    expect([ended.ending, ended.cancelled]).toEqual([{ kind: 'complete' }, false]);
    const failed = handGranted(
      throwError(() => 'no'),
      { error: (_, sink) => sink.cancel() },
    );
    expect(failed.ending).toEqual({ kind: 'error', error: 'no' });
  });

  it('releases the source when it cancels', () => {
    const source = handFed<number>();
    const sink = handGranted(source, { grant: 3 });
    sink.cancel();
    expect(source.subscribed).toBe(false);
  });

  it('keeps the books where it is given a witness', () => {
    const ledger = new Ledger();
    handGranted(fromPull([1, 2, 3]), { grant: 2, witness: ledger });
    expect(ledger.count()).toMatchObject({ in: 2, delivered: 2, inFlight: 0 });
  });
});
