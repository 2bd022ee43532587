import { describe, expect, it } from '@jest/globals';
import { filter, map, merge, mergeMap, NEVER, of, range, Subject, tap, throwError, type Observable } from 'rxjs';
import { CreditSubject } from '../../lib/credit/CreditSubject.js';
import { subscribeWithCredit } from '../../lib/credit/subscribeWithCredit.js';
import { stage } from '../../lib/operators/stage.js';
import { run } from '../../lib/sinks/run.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { codeIn, messageIn, thrownBy } from './support/errors.js';

const consume = (source: Observable<unknown>, granted = 0) => {
  const seen: unknown[] = [];
  const credit = new CreditSubject();
  if (granted > 0) credit.next(granted);
  const running = subscribeWithCredit(
    source,
    { next: (n) => seen.push(n), error: (error) => seen.push(codeIn(error)), complete: () => seen.push('|') },
    credit,
  );
  return { seen, credit, running };
};

describe('subscribeWithCredit', () => {
  it('C1: hands on as many records as were granted, over any operators of RxJS', () => {
    const flow = merge(fromPull([1, 2, 3]), fromPull([10, 20])).pipe(map((n) => n + 1));
    const { seen, credit } = consume(flow);
    expect(seen).toEqual([]);
    credit.next(2);
    expect(seen).toEqual([2, 11]);
    credit.next(100);
    expect(seen.slice(2).sort()).toEqual([21, 3, 4, '|']);
  });

  it('takes a function for an observer', () => {
    const seen: number[] = [];
    const credit = new CreditSubject();
    subscribeWithCredit(fromPull([1, 2]), (n) => seen.push(n), credit);
    credit.next(1);
    expect(seen).toEqual([1]);
  });

  it('C8: a source that cannot stop fails with OVERFLOW at the first record that finds no credit', () => {
    expect(consume(range(1, 5), 3).seen).toEqual([1, 2, 3, 'OVERFLOW']);
    expect(consume(of(1)).seen).toEqual(['OVERFLOW']);
  });

  it('C3: an expansion in the link may overdraw, up to 10,000, and then it fails with OVERDRAFT', () => {
    const expanding = (into: number) => consume(fromPull([1]).pipe(mergeMap(() => range(0, into))), 1);
    const within = expanding(10_001);
    expect(within.seen).toHaveLength(10_001);
    expect(within.credit.balance).toBe(-10_000);
    const past = expanding(10_002);
    expect(past.seen.slice(10_001)).toEqual(['OVERDRAFT']);
  });

  it('completes and fails with the source, which need not be granted for', () => {
    expect(consume(of()).seen).toEqual(['|']);
    expect(consume(throwError(() => 'broken')).seen).toEqual(['broken']);
  });

  it('C9: unsubscribing releases the source at once, and nothing comes afterwards', () => {
    const source = new Subject<number>();
    const { seen, running } = consume(source, 5);
    source.next(1);
    running.unsubscribe();
    expect(source.observed).toBe(false);
    source.next(2);
    expect(seen).toEqual([1]);
  });

  it('C9: an observer may unsubscribe out of next', () => {
    const seen: number[] = [];
    const credit = new CreditSubject();
    const running = subscribeWithCredit(
      fromPull([1, 2, 3]),
      (n) => {
        seen.push(n);
        if (n === 2) running.unsubscribe();
      },
      credit,
    );
    credit.next(3);
    expect(seen).toEqual([1, 2]);
  });

  it('P1: inside a delivery of another flow it says nothing of the record around it', async () => {
    const inside = tap<number>(() => {
      const credit = new CreditSubject();
      subscribeWithCredit(fromPull([1]), () => undefined, credit);
      credit.next(1);
    });
    const report = await run(
      fromPull([1, 2]).pipe(
        inside,
        filter(() => false),
        stage((n: number) => n),
      ),
    );
    expect(String(report)).toContain('in 2 = delivered 0 + filtered 2');
  });

  it('one CreditSubject serves one subscription, also after that one has ended', () => {
    const credit = new CreditSubject();
    subscribeWithCredit(NEVER, () => undefined, credit).unsubscribe();
    const error = thrownBy(() => subscribeWithCredit(NEVER, () => undefined, credit));
    expect(codeIn(error)).toBe('CREDIT');
    expect(messageIn(error)).toContain('make another');
  });

  it.each([undefined, null, 5, {}])('refuses a credit that is %p', (credit) => {
    const error = thrownBy(() => subscribeWithCredit(NEVER, () => undefined, credit as CreditSubject));
    expect(codeIn(error)).toBe('CREDIT');
    expect(messageIn(error)).toContain('must be a CreditSubject');
  });
});
