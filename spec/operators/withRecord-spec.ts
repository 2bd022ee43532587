import { describe, expect, it } from '@jest/globals';
import { filter, map, Subject } from 'rxjs';
import { CreditSubject } from '../../lib/credit/CreditSubject.js';
import { subscribeWithCredit } from '../../lib/credit/subscribeWithCredit.js';
import { expandStage } from '../../lib/operators/expandStage.js';
import { stage } from '../../lib/operators/stage.js';
import { withRecord } from '../../lib/operators/withRecord.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { see } from './support/seen.js';

describe('withRecord', () => {
  it('shows the value here and the value as it entered, through operators and stages', () => {
    const flow = fromPull(['1', '2', '3']).pipe(
      map(Number),
      filter((n) => n !== 2),
      stage((n: number) => n * 10),
      withRecord(),
      map(({ value, record }) => [value, record.origin, record.outcome, record.settled]),
    );
    expect(see(flow).seen).toEqual([[10, '1', 'filtered', false], [30, '3', 'filtered', false], '|']);
  });

  it('P4: contexts are made because it asks, above and below a consumer with credit', () => {
    const origins: unknown[] = [];
    const credit = new CreditSubject();
    credit.next(2);
    subscribeWithCredit(
      fromPull([7, 8, 9]).pipe(map(String), withRecord()),
      ({ record }) => origins.push(record.origin),
      credit,
    );
    expect(origins).toEqual([7, 8]);
  });

  it('P1: descendants share one context', () => {
    const records: unknown[] = [];
    fromPull([1])
      .pipe(
        expandStage((n) => [n, n]),
        withRecord(),
      )
      .subscribe(({ record }) => records.push(record));
    expect(records).toHaveLength(2);
    expect(records[0]).toBe(records[1]);
  });

  it('P1: sees the record that an asynchronous inner flow belongs to', async () => {
    const origins: unknown[] = [];
    const later = async function* (n: number) {
      yield n * 10;
      yield n * 20;
    };
    const flow = fromPull([1]).pipe(expandStage(later), withRecord());
    await new Promise<void>((complete) => {
      flow.subscribe({ next: ({ record }) => origins.push(record.origin), complete });
    });
    expect(origins).toEqual([1, 1]);
  });

  it('P4: a value that was pushed gets a context of its own, also out of the project of another pipeline', () => {
    const pushes = new Subject<string>();
    const origins: unknown[] = [];
    pushes.pipe(withRecord()).subscribe(({ record }) => origins.push(record.origin));
    pushes.next('alone');
    const work = (n: number, { record }: { record: unknown }) => {
      pushes.next('pushed');
      return [n, record];
    };
    fromPull([1]).pipe(stage(work)).subscribe();
    expect(origins).toEqual(['alone', 'pushed']);
  });

  it('C9: hands nothing on after the end', () => {
    const pushes = new Subject<number>();
    const { seen, running } = see(
      pushes.pipe(
        withRecord(),
        map(({ value }) => value),
      ),
    );
    pushes.next(1);
    running.unsubscribe();
    pushes.next(2);
    expect(seen).toEqual([1]);
    expect(pushes.observed).toBe(false);
  });
});
