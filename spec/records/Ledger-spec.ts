import { describe, expect, it } from '@jest/globals';
import type { DeadLetter } from '../../lib/records/DeadLetter.js';
import { Ledger } from '../../lib/records/Ledger.js';
import { CANCELLED, DEAD_LETTERED, REJECTED } from '../../lib/records/outcome.js';

const balance = (ledger: Ledger) => {
  const { in: entered, filtered, delivered, rejected, deadLettered, cancelled, inFlight } = ledger.count();
  return entered - filtered - delivered - rejected - deadLettered - cancelled - inFlight;
};

describe('Ledger', () => {
  it('balances at every instant: in = the five outcomes + in flight', () => {
    const ledger = new Ledger();
    const records = Array.from({ length: 5 }, (_, n) => ledger.open(n, null, null));
    expect([balance(ledger), ledger.inFlight]).toEqual([0, 5]);
    records[1]?.passedLastStage();
    records[2]?.note(REJECTED, 'OVERFLOW');
    records[3]?.note(DEAD_LETTERED, 'KEY');
    records[4]?.note(CANCELLED, 'UNSUBSCRIBED');
    for (const record of records) {
      record.release();
      expect(balance(ledger)).toBe(0);
    }
    expect(ledger.count()).toMatchObject({
      in: 5,
      filtered: 1,
      delivered: 1,
      rejected: 1,
      deadLettered: 1,
      cancelled: 1,
      peakLive: 5,
    });
    expect(ledger.count().codes).toEqual({
      filtered: {},
      delivered: {},
      rejected: { OVERFLOW: 1 },
      deadLettered: { KEY: 1 },
      cancelled: { UNSUBSCRIBED: 1 },
    });
  });

  it('its peak is the most that were in flight at the same time', () => {
    const ledger = new Ledger();
    for (let n = 0; n < 10; n++) {
      const [one, other] = [ledger.open(n, null, null), ledger.open(n, null, null)];
      one.release();
      other.release();
    }
    expect(ledger.count()).toMatchObject({ in: 20, peakLive: 2, inFlight: 0 });
  });

  it('a count is a copy: what happens later does not change it', () => {
    const ledger = new Ledger();
    const record = ledger.open(1, null, null);
    const before = ledger.count();
    record.note(CANCELLED, 'UNSUBSCRIBED');
    record.release();
    expect([before.inFlight, before.codes.cancelled]).toEqual([1, {}]);
  });

  it('after the deadline of the drain what is cancelled says so', () => {
    const ledger = new Ledger();
    const record = ledger.open(1, null, null);
    ledger.deadlinePassed();
    record.note(CANCELLED, 'UNSUBSCRIBED');
    record.release();
    expect(ledger.count().codes.cancelled).toEqual({ DRAIN_DEADLINE: 1 });
  });

  it('keeps letters: each is handed on', () => {
    const letters: DeadLetter[] = [];
    const ledger = new Ledger((letter) => letters.push(letter));
    const letter = { value: 1 } as DeadLetter;
    ledger.deadLetter(letter, null);
    expect([letters, ledger.keepsLetters, new Ledger().keepsLetters]).toEqual([[letter], true, true]);
  });

  it('stopped, tells every source to complete, and says when nothing is in flight', () => {
    let idle = 0;
    const told: string[] = [];
    const ledger = new Ledger(undefined, () => idle++);
    const source = (name: string) => ({ complete: () => told.push(name), hold: () => undefined, inject: () => false });
    const [left, stays] = [source('left'), source('stays')];
    ledger.enrolSource(left);
    ledger.enrolSource(stays);
    ledger.leaveSource(left);
    const record = ledger.open(1, null, null);
    ledger.stop();
    expect([told, idle]).toEqual([['stays'], 0]);
    record.release();
    expect(idle).toBeGreaterThan(0);
  });
});
