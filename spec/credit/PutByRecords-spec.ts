import { describe, expect, it } from '@jest/globals';
import { concatMap, take } from 'rxjs';
import { CreditAccount } from '../../lib/credit/CreditAccount.js';
import { PutByRecords } from '../../lib/credit/PutByRecords.js';
import { stage } from '../../lib/operators/stage.js';
import { Bookkeeper } from '../../lib/records/Bookkeeper.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { see } from '../operators/support/seen.js';
import { Works } from '../operators/support/Works.js';
import { CommittingLog } from '../records/support/CommittingLog.js';
import { FakeProducer } from './support/FakeProducer.js';

const link = new FakeProducer('outer', CreditAccount.unbounded(), [], 0);

describe('records that an operator has put by', () => {
  it('P1: are held, and taken in their order when their flows are opened', () => {
    const putBy = new PutByRecords();
    const records = [1, 2].map((n) => new Bookkeeper().open(n, null, null));
    for (const record of records) {
      putBy.put(record, link);
      record.release();
    }
    expect([putBy.size, records.map(({ settled }) => settled)]).toEqual([2, [false, false]]);
    expect([putBy.take(), putBy.take(), putBy.take()]).toEqual([records[0], records[1], null]);
  });

  it('P1: are let go when no flow is open that could make room for theirs', () => {
    const putBy = new PutByRecords();
    const record = new Bookkeeper().open(1, null, null);
    putBy.flowOpened();
    putBy.put(record, link);
    record.release();
    putBy.releaseIfIdle();
    expect(record.settled).toBe(false);
    putBy.flowEnded();
    putBy.releaseIfIdle();
    expect([record.settled, putBy.size]).toEqual([true, 0]);
  });

  it('C6b: concatMap: a source that commits is told of a record only when its own flow is done', async () => {
    const log = new CommittingLog(3);
    const works = new Works<number>();
    see(
      log.source.pipe(
        concatMap((n) => fromPull([n])),
        stage(works.start, { capacity: 2 }),
      ),
    );
    expect(log.committed).toBe(0);
    await works.finish(0, 0);
    expect(log.committed).toBe(1);
    await works.finish(1, 1);
    await works.finish(2, 2);
    expect([log.committed, log.told]).toEqual([3, ['0 delivered', '1 delivered', '2 delivered']]);
  });

  it('C9: what was put by is cancelled with the stage', () => {
    const log = new CommittingLog();
    const works = new Works<number>();
    const endless = (n: number) => fromPull(() => [n, n, n, n]);
    const { running } = see(log.source.pipe(concatMap(endless), take(50), stage(works.start, { capacity: 2 })));
    running.unsubscribe();
    expect(log.committed).toBe(0);
    expect(log.told.every((line) => line.endsWith('cancelled'))).toBe(true);
  });
});
