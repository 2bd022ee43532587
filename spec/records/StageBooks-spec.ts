import { describe, expect, it } from '@jest/globals';
import { CreditAccount } from '../../lib/credit/CreditAccount.js';
import { StageBooks } from '../../lib/records/StageBooks.js';

function entry(
  name: string,
  account: CreditAccount,
  counters: { arrivals: number; settled: number; settledHere?: number },
) {
  account.arrivals = counters.arrivals;
  account.settled = counters.settled;
  return { name, account, settledHere: counters.settledHere ?? 0, stopPushes: () => undefined, forgo: () => undefined };
}

const end = () => CreditAccount.unbounded();

describe('StageBooks', () => {
  it('arrived = passed on + settled here + held, for each stage in pipeline order', () => {
    const books = new StageBooks();
    const below = new CreditAccount('save', 4, end());
    books.enrol(entry('save', below, { arrivals: 3, settled: 1 }));
    books.enrol(entry('check', new CreditAccount('check', 8, below), { arrivals: 9, settled: 5, settledHere: 2 }));
    expect(books.count()).toEqual([
      { stage: 'check', arrived: 9, passedOn: 3, settledHere: 2, held: 4, capacity: 8 },
      { stage: 'save', arrived: 3, passedOn: 1, settledHere: 0, held: 2, capacity: 4 },
    ]);
  });

  it('a stage that is subscribed again, or for each record, is one stage, and what has left is kept', () => {
    const books = new StageBooks();
    for (let n = 0; n < 3; n++) {
      const stage = entry('save', new CreditAccount('save', 4, end()), { arrivals: 2, settled: 2 });
      books.enrol(stage);
      books.leave(stage);
      books.leave(stage);
    }
    books.enrol(entry('save', new CreditAccount('save', 4, end()), { arrivals: 1, settled: 0 }));
    expect(books.count()).toEqual([{ stage: 'save', arrived: 7, passedOn: 6, settledHere: 0, held: 1, capacity: 4 }]);
  });

  it('a second stage of the same name is called #2, and a third #3', () => {
    const books = new StageBooks();
    let account = end();
    for (let n = 0; n < 3; n++) {
      account = new CreditAccount('stage', 4, account);
      books.enrol(entry('stage', account, { arrivals: n, settled: 0 }));
    }
    expect(books.count().map(({ stage, arrived }) => [stage, arrived])).toEqual([
      ['stage', 2],
      ['stage#2', 1],
      ['stage#3', 0],
    ]);
  });

  it('takes names that are names of Object as well', () => {
    const books = new StageBooks();
    books.enrol(entry('__proto__', new CreditAccount('__proto__', 1, end()), { arrivals: 1, settled: 1 }));
    expect(books.count()[0]).toMatchObject({ stage: '__proto__', arrived: 1 });
  });
});
