import { describe, expect, it } from '@jest/globals';
import { Subscriber } from 'rxjs';
import { CreditAccount } from '../../lib/credit/CreditAccount.js';
import { discoverCredit } from '../../lib/credit/discovery.js';
import { LinkSubscriber } from '../../lib/operators/LinkSubscriber.js';
import { Bookkeeper } from '../../lib/records/Bookkeeper.js';

describe('LinkSubscriber', () => {
  it('C6: lets flows find the credit and the question that it was given', () => {
    const account = new CreditAccount('below', 1, null);
    const asks = new Bookkeeper();
    expect(discoverCredit(new LinkSubscriber(undefined, account, asks))).toEqual({ account, asks });
  });

  it('C6: without any of its own it leads on to its target', () => {
    const account = new CreditAccount('below', 1, null);
    const target = new LinkSubscriber<number>(undefined, account, null);
    expect(discoverCredit(new LinkSubscriber(target, null, null)).account).toBe(account);
  });

  it('hands everything on', () => {
    const seen: unknown[] = [];
    const target = new Subscriber<number>({
      next: (n) => seen.push(n),
      complete: () => seen.push('|'),
      error: () => 0,
    });
    const link = new LinkSubscriber(target, null, null);
    link.next(1);
    link.complete();
    expect(seen).toEqual([1, '|']);
  });
});
