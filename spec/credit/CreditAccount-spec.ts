import { describe, expect, it } from '@jest/globals';
import { CreditAccount, liveAncestor, STAGES_ON_THE_STACK } from '../../lib/credit/CreditAccount.js';
import { Bookkeeper } from '../../lib/records/Bookkeeper.js';
import { FakeProducer } from './support/FakeProducer.js';

const sum = (account: CreditAccount) => account.available + account.owed + account.lent + account.held;

describe('CreditAccount', () => {
  it('C2: available + owed + lent + held is the capacity, whatever happens', () => {
    const account = new CreditAccount('s', 8, null);
    const steps: (() => void)[] = [
      () => account.grant(8),
      () => (account.arrivals += 5),
      () => (account.settled += 3),
      () => (account.lent += 2),
      () => account.grant(1),
      () => (account.arrivals += 40),
      () => (account.settled += 42),
    ];
    expect(sum(account)).toBe(8);
    for (const step of steps) {
      step();
      expect(sum(account)).toBe(8);
    }
    expect(account).toMatchObject({
      granted: 9,
      arrivals: 45,
      settled: 45,
      lent: 2,
      available: -36,
      owed: 42,
      held: 0,
    });
  });

  it('C3: is overdrawn past its bound and not at it; the bound is at least 10,000', () => {
    const overdrawn = (account: CreditAccount, arrivals: number) => {
      account.arrivals = arrivals;
      return account.overdrawn;
    };
    const small = new CreditAccount('s', 4, null);
    expect([overdrawn(small, 10_000), overdrawn(small, 10_001)]).toEqual([false, true]);
    const large = new CreditAccount('s', 20_000, null);
    expect([overdrawn(large, 20_000), overdrawn(large, 20_001)]).toEqual([false, true]);
    const chosen = new CreditAccount('s', 4, null, 7);
    expect([overdrawn(chosen, 7), overdrawn(chosen, 8)]).toEqual([false, true]);
  });

  it.each([
    [1, 0, 1],
    [2, 0, 1],
    [7, 0, 4],
    [256, 0, 128],
    [8, 6, 2],
    [8, 8, 1],
  ])('C4: with capacity %i and %i lent it is replenished after %i settled records', (capacity, lent, after) => {
    const account = new CreditAccount('s', capacity, null);
    account.lent = lent;
    account.grant(capacity);
    expect(account.replenishAt).toBe(after);
  });

  it('C4: is starved when nothing waits, no credit is out and some is owed', () => {
    const account = new CreditAccount('s', 4, null);
    account.grant(4);
    expect(account.starved(0)).toBe(false);
    account.arrivals = 4;
    expect(account.starved(0)).toBe(false);
    account.settled = 1;
    expect([account.starved(0), account.starved(1)]).toEqual([true, false]);
  });

  it('C14: the end of a pipeline is unbounded, and nothing is ever counted there', () => {
    const witness = new Bookkeeper();
    const end = CreditAccount.unbounded(witness);
    expect(end).toMatchObject({ bounded: false, witness, depth: 0, available: 1, breaksStack: false });
  });

  it('C5: every 32nd stage, counted from the end, breaks the stack', () => {
    const broken: number[] = [];
    let account: CreditAccount | null = null;
    for (let depth = 0; depth <= 96; depth++) {
      account = new CreditAccount('s', 1, account);
      expect(account.depth).toBe(depth);
      if (account.breaksStack) broken.push(depth);
    }
    expect(broken).toEqual([STAGES_ON_THE_STACK, 2 * STAGES_ON_THE_STACK, 3 * STAGES_ON_THE_STACK]);
  });

  it('P4: who asks is heard by every account from there to the end, where nobody asked before', () => {
    const [first, second] = [new Bookkeeper(), new Bookkeeper()];
    const end = new CreditAccount('end', 1, null);
    const middle = new CreditAccount('middle', 1, end);
    const top = new CreditAccount('top', 1, middle);
    middle.ask(first);
    expect([top.witness, middle.witness, end.witness]).toEqual([null, first, first]);
    top.ask(second);
    expect([top.witness, middle.witness, end.witness]).toEqual([second, first, first]);
    expect(new CreditAccount('above', 1, top).witness).toBe(second);
  });
});

describe('the producers of an account', () => {
  it('C1: are not asked without credit', () => {
    const told: string[] = [];
    const account = new CreditAccount('s', 4, null);
    new FakeProducer('a', account, told, 5);
    account.pump();
    expect(told).toEqual([]);
  });

  it('C6: a single one takes all there is', () => {
    const told: string[] = [];
    const account = new CreditAccount('s', 4, null);
    new FakeProducer('a', account, told, 5);
    account.grant(3);
    account.pump();
    expect(told).toEqual(['a', 'a', 'a']);
  });

  it('C6: several take turns, one arrival each, and who has nothing passes', () => {
    const told: string[] = [];
    const account = new CreditAccount('s', 9, null);
    new FakeProducer('a', account, told, 3);
    new FakeProducer('b', account, told, 1);
    new FakeProducer('c', account, told, 9);
    account.grant(5);
    account.pump();
    expect(told.join('')).toBe('abcac');
    account.grant(3);
    account.pump();
    expect(told.join('')).toBe('abcacacc');
    expect(account.limit).toBe(account.granted);
  });

  it('C6b: children come first, and the parent is asked for what they leave', () => {
    const told: string[] = [];
    const account = new CreditAccount('s', 9, null);
    const parent = new FakeProducer('p', account, told, 9);
    new FakeProducer('x', account, told, 2, parent);
    new FakeProducer('y', account, told, 1, parent);
    expect(parent.hindered).toBe(true);
    account.grant(5);
    account.pump();
    expect(told.join('')).toBe('xyxpp');
  });

  it('C6b: the children of one that ends pass to its live ancestor', () => {
    const told: string[] = [];
    const account = new CreditAccount('s', 9, null);
    const top = new FakeProducer('top', account, told, 0);
    const middle = new FakeProducer('middle', account, told, 0, top);
    const child = new FakeProducer('child', account, told, 0, middle);
    middle.complete();
    expect(top.children).toEqual([child]);
    const late = new FakeProducer('late', account, told, 0, middle);
    expect(top.children).toEqual([child, late]);
    expect(liveAncestor(middle)).toBe(top);
    top.complete();
    expect(account.producers).toEqual([child, late]);
    expect(liveAncestor(middle)).toBeNull();
  });

  it('C5: a grant inside a turn does not nest: the loop that runs looks again', () => {
    const told: string[] = [];
    const account = new CreditAccount('s', 9, null);
    const producer = new FakeProducer('a', account, told, 4);
    let nested = 0;
    let deepest = 0;
    producer.during = () => {
      deepest = Math.max(deepest, ++nested);
      account.grant(1);
      account.pump();
      nested--;
    };
    account.grant(1);
    account.pump();
    expect({ told: told.length, deepest }).toEqual({ told: 4, deepest: 1 });
  });

  it('a turn that throws leaves the account as it was found', () => {
    const account = new CreditAccount('s', 9, null);
    const producer = new FakeProducer('a', account, [], 9);
    producer.during = () => {
      throw new Error('in the turn');
    };
    account.grant(5);
    expect(() => account.pump()).toThrow('in the turn');
    producer.during = () => undefined;
    account.pump();
    expect({ arrivals: account.arrivals, limit: account.limit }).toEqual({ arrivals: 5, limit: 5 });
  });
});
