import { describe, expect, it } from '@jest/globals';
import { Bookkeeper } from '../../lib/records/Bookkeeper.js';
import {
  CANCELLED,
  DEAD_LETTERED,
  DELIVERED,
  FILTERED,
  REJECTED,
  type OutcomeRank,
} from '../../lib/records/outcome.js';
import { RecordContext } from '../../lib/records/RecordContext.js';

class Watcher extends Bookkeeper {
  readonly settledOnes: RecordContext[] = [];
  override settle(record: RecordContext): void {
    this.settledOnes.push(record);
  }
}

const make = (watcher = new Watcher(), members?: RecordContext[]) => ({
  watcher,
  record: new RecordContext('origin', watcher, null, members ?? null),
});

describe('RecordContext', () => {
  it('P1: is settled when its last reference is given back, and once', () => {
    const { record, watcher } = make();
    record.references += 2;
    record.release();
    record.release();
    expect([record.settled, watcher.settledOnes]).toEqual([false, []]);
    record.release();
    record.unheld(null);
    expect([record.settled, watcher.settledOnes]).toEqual([true, [record]]);
  });

  it('P2: nobody having noted anything, it was filtered', () => {
    const { record } = make();
    record.release();
    expect([record.outcome, record.code]).toEqual(['filtered', null]);
  });

  it('P2: of several outcomes the worst counts, whatever comes first, with its own code', () => {
    const ranks: OutcomeRank[] = [FILTERED, DELIVERED, REJECTED, DEAD_LETTERED, CANCELLED];
    for (const one of ranks) {
      for (const other of ranks) {
        const { record } = make();
        record.note(one, one === DELIVERED ? null : 'FAILED');
        record.note(other, other === DELIVERED ? null : 'TIMEOUT');
        expect(record.rank).toBe(Math.max(one, other));
        if (other > one && other !== DELIVERED) expect(record.code).toBe('TIMEOUT');
        if (one > other) expect(record.code).toBe(one === DELIVERED ? null : 'FAILED');
      }
    }
  });

  it('P2: the first code stays where the same outcome is noted again', () => {
    const { record } = make();
    record.note(DEAD_LETTERED, 'KEY');
    record.note(DEAD_LETTERED, 'FAILED');
    expect(record.code).toBe('KEY');
  });

  it('P2: left the last stage makes it delivered, and never better than it was', () => {
    const { record } = make();
    record.passedLastStage();
    expect(record.outcome).toBe('delivered');
    record.note(REJECTED, 'OVERFLOW');
    record.passedLastStage();
    expect(record.outcome).toBe('rejected');
  });

  it('P1: one that stands for others settles them with its outcome, and is no record of its own', () => {
    const watcher = new Watcher();
    const members = [make(watcher).record, make(watcher).record];
    const { record } = make(watcher, members);
    members[1]!.references++;
    record.note(DEAD_LETTERED, 'FAILED');
    record.release();
    expect(watcher.settledOnes).toEqual([members[0]]);
    expect(members.map(({ outcome, code, settled }) => [outcome, code, settled])).toEqual([
      ['deadLettered', 'FAILED', true],
      ['deadLettered', 'FAILED', false],
    ]);
  });

  it('shows what entered the pipeline; the key and the partition are set by others', () => {
    const { record } = make();
    expect([record.origin, record.key, record.partition]).toEqual(['origin', undefined, undefined]);
  });
});
