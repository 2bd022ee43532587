import { describe, expect, it } from '@jest/globals';
import { CreditAccount } from '../../lib/credit/CreditAccount.js';
import { CreditSubject } from '../../lib/credit/CreditSubject.js';
import { subscribeWithCredit } from '../../lib/credit/subscribeWithCredit.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { codeIn, messageIn, thrownBy } from './support/errors.js';

function* naturals() {
  for (let n = 0; ; n++) yield n;
}

describe('CreditSubject', () => {
  it("a user's own next(5) grants five records more, which may arrive before it returns", () => {
    const seen: number[] = [];
    const credit = new CreditSubject();
    subscribeWithCredit(fromPull(naturals()), (n) => seen.push(n), credit);
    expect(seen).toEqual([]);
    credit.next(5);
    expect(seen).toEqual([0, 1, 2, 3, 4]);
    credit.next(1);
    expect(seen).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('tells its observers of each grant before the producers are asked', () => {
    const told: string[] = [];
    const credit = new CreditSubject();
    credit.subscribe((count) => told.push(`granted ${count}, balance ${credit.balance}`));
    subscribeWithCredit(fromPull(naturals()), (n) => told.push(`record ${n}`), credit);
    credit.next(2);
    expect(told).toEqual(['granted 2, balance 2', 'record 0', 'record 1']);
    expect(credit.balance).toBe(0);
  });

  it('keeps what was granted before anything was subscribed', () => {
    const seen: number[] = [];
    const credit = new CreditSubject();
    credit.next(2);
    credit.next(1);
    expect(credit.balance).toBe(3);
    subscribeWithCredit(fromPull(naturals()), (n) => seen.push(n), credit);
    expect(seen).toEqual([0, 1, 2]);
  });

  it.each([NaN, Infinity, -Infinity, -1, 0, -0, 1.5, 2 ** 53, '10', null, undefined, true, 5n])(
    'refuses a grant of %p with CREDIT, and grants nothing',
    (count) => {
      const told: number[] = [];
      const credit = new CreditSubject();
      credit.subscribe((granted) => told.push(granted));
      const error = thrownBy(() => credit.next(count as number));
      expect(codeIn(error)).toBe('CREDIT');
      expect(messageIn(error)).toBe(`CreditSubject.next(${String(count)}): grant a whole number of at least 1`);
      expect({ told, balance: credit.balance }).toEqual({ told: [], balance: 0 });
    },
  );

  it.each([
    ['complete', (credit: CreditSubject) => credit.complete()],
    ['error', (credit: CreditSubject) => credit.error(new Error('over'))],
  ])('after %s() no grant counts any more, and what was granted before still holds', (_, end) => {
    const seen: number[] = [];
    const credit = new CreditSubject();
    credit.subscribe({ error: () => undefined });
    credit.next(2);
    end(credit);
    credit.next(3);
    expect(credit.balance).toBe(2);
    subscribeWithCredit(fromPull(naturals()), (n) => seen.push(n), credit);
    expect(seen).toEqual([0, 1]);
  });

  it('a grant out of an announcement counts, and nothing is delivered twice', () => {
    const seen: number[] = [];
    const credit = new CreditSubject();
    credit.subscribe((count) => {
      if (count === 1) credit.next(2);
    });
    subscribeWithCredit(fromPull(naturals()), (n) => seen.push(n), credit);
    credit.next(1);
    expect(seen).toEqual([0, 1, 2]);
  });

  it('shows an overdraft as a negative balance', () => {
    const account = new CreditAccount('mine', 4, null);
    const credit = new CreditSubject(account);
    credit.next(1);
    account.arrivals += 3;
    expect(credit.balance).toBe(-2);
  });

  it('C6: takes very large grants without losing count', () => {
    const credit = new CreditSubject();
    credit.next(Number.MAX_SAFE_INTEGER);
    expect(credit.balance).toBe(Number.MAX_SAFE_INTEGER);
  });
});
