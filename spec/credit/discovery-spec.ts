import { describe, expect, it } from '@jest/globals';
import {
  filter,
  map,
  mergeMap,
  Observable,
  pipe,
  Subscriber,
  takeUntil,
  NEVER,
  type MonoTypeOperatorFunction,
} from 'rxjs';
import { CreditAccount } from '../../lib/credit/CreditAccount.js';
import { ASKS, CREDIT, discoverCredit } from '../../lib/credit/discovery.js';
import { Bookkeeper } from '../../lib/records/Bookkeeper.js';

const listener = new Bookkeeper();
const account = new CreditAccount('below', 4, null);

class Holder<T> extends Subscriber<T> {
  readonly [CREDIT] = account;
}

/** What a source finds when it is subscribed above `operator`. */
function foundThrough(operator: MonoTypeOperatorFunction<number>, subscriber: Subscriber<number> = new Holder()) {
  let found: ReturnType<typeof discoverCredit> | undefined;
  new Observable<number>((target) => {
    found = discoverCredit(target);
  })
    .pipe(operator)
    .subscribe(subscriber);
  return found;
}

const chain = (length: number): MonoTypeOperatorFunction<number> =>
  Array.from({ length }, () => map((n: number) => n)).reduce((all, one) => pipe(all, one));

describe('discovery', () => {
  it('C6: walks along the destinations of the operators of RxJS to the nearest entrance', () => {
    const link = pipe(
      map((n: number) => n),
      filter(() => true),
      takeUntil<number>(NEVER),
    );
    expect(foundThrough(link)).toEqual({ account, asks: null });
  });

  it('C6: finds it from an inner subscription as well', () => {
    let found: unknown;
    const inner = new Observable<number>((target) => {
      found = discoverCredit(target);
    });
    new Observable<number>((target) => target.next(1)).pipe(mergeMap(() => inner)).subscribe(new Holder());
    expect(found).toEqual({ account, asks: null });
  });

  it('C6: has no limit on the walk', () => {
    expect(foundThrough(chain(500))?.account).toBe(account);
    let link: object = { [CREDIT]: account };
    for (let n = 0; n < 1_000_000; n++) link = { destination: link };
    expect(discoverCredit(link).account).toBe(account);
  });

  it('C14: no entrance means unbounded demand', () => {
    expect(foundThrough(chain(3), new Subscriber())).toEqual({ account: null, asks: null });
  });

  it('P4: hears who asks for records on the way, the nearest one, and no further than the entrance', () => {
    const below = { [ASKS]: listener, [CREDIT]: account };
    expect(discoverCredit({ destination: below })).toEqual({ account, asks: listener });
    expect(discoverCredit({ [CREDIT]: account, destination: { [ASKS]: listener } })).toEqual({ account, asks: null });
    expect(discoverCredit({ [ASKS]: listener })).toEqual({ account: null, asks: listener });
  });

  it.each([undefined, null, 1, 'text', () => undefined])('a destination that is %p ends the walk', (destination) => {
    expect(discoverCredit({ destination })).toEqual({ account: null, asks: null });
  });

  it('C6: the marks are registered symbols, which every copy of the library shares', () => {
    expect([CREDIT, ASKS]).toEqual([Symbol.for('sluice.credit.1'), Symbol.for('sluice.asks.1')]);
  });
});
