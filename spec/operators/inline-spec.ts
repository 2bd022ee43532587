import { describe, expect, it } from '@jest/globals';
import { Observable, share, type OperatorFunction } from 'rxjs';
import { inline } from '../../lib/operators/inline.js';
import { stage } from '../../lib/operators/stage.js';
import { withRecord } from '../../lib/operators/withRecord.js';
import { run } from '../../lib/sinks/run.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { handFed } from '../../lib/testing/HandFed.js';
import { handGranted } from '../../lib/testing/HandGranted.js';
import { codeIn } from '../credit/support/errors.js';
import { numbers, see } from './support/seen.js';

/** An operator as many write it: a plain observer, which discovery cannot follow. */
const evens: OperatorFunction<number, number> = (source) =>
  new Observable((subscriber) =>
    source.subscribe({
      next: (n) => {
        if (n % 2 === 0) subscriber.next(n);
      },
      error: (error: unknown) => subscriber.error(error),
      complete: () => subscriber.complete(),
    }),
  );

describe('inline', () => {
  it('C6c: heals an operator with a plain observer, which is a cut link without it', () => {
    const through = (operator: OperatorFunction<number, number>) =>
      see(
        fromPull(numbers(6)).pipe(
          operator,
          stage((n) => n),
        ),
      ).seen.map((one) => (typeof one === 'object' ? codeIn((one as { error: unknown }).error) : one));
    expect(through(evens)).toEqual(['CUT_LINK']);
    expect(through(inline(evens))).toEqual([0, 2, 4, '|']);
  });

  it('C1: without credit nothing goes into the operator', () => {
    const source = handFed(numbers(99));
    const sink = handGranted(source.pipe(inline(evens)));
    expect(source.delivered).toBe(0);
    sink.grant(2);
    expect([sink.received, source.delivered]).toEqual([[0, 2], 3]);
  });

  it('applies the operator anew for each subscription, so that share is of one subscriber', () => {
    const source = handFed(numbers(4));
    const flow = source.pipe(inline(share()));
    const [first, second] = [handGranted(flow), handGranted(flow)];
    first.grant(2);
    second.grant(3);
    expect([first.received, second.received, source.feeds.length]).toEqual([[0, 1], [0, 1, 2], 2]);
  });

  it('C9 and C10: completes, fails and is cancelled as the operator is', () => {
    const source = handFed<number>();
    const sink = handGranted(source.pipe(inline(evens)));
    sink.cancel();
    expect(source.subscribed).toBe(false);
    const failing = inline<number, number>(() => {
      throw new Error('not an operator');
    });
    expect(see(fromPull([1]).pipe(failing)).seen).toEqual([{ error: new Error('not an operator') }]);
  });

  it('P1: the records below keep their contexts, and somebody who asks below it is heard', async () => {
    expect(
      String(
        await run(
          fromPull(numbers(5)).pipe(
            inline(evens),
            stage((n) => n),
          ),
        ),
      ),
    ).toBe('in 5 = delivered 3 + filtered 2 · peak live 1');
    const origins: unknown[] = [];
    fromPull([2, 4])
      .pipe(inline(evens), withRecord())
      .subscribe(({ record }) => origins.push(record.origin));
    expect(origins).toEqual([2, 4]);
  });
});
