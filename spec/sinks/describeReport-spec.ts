import { describe, expect, it } from '@jest/globals';
import type { LedgerCount } from '../../lib/records/Ledger.js';
import { describeReport } from '../../lib/sinks/describeReport.js';

const none = { filtered: {}, delivered: {}, rejected: {}, deadLettered: {}, cancelled: {} };
const nothing: LedgerCount = {
  in: 0,
  filtered: 0,
  delivered: 0,
  rejected: 0,
  deadLettered: 0,
  cancelled: 0,
  inFlight: 0,
  peakLive: 0,
  codes: none,
  stages: [],
};

describe('the receipt', () => {
  it('says delivered even where it is nothing, and the other outcomes only where there are any', () => {
    expect(describeReport(nothing)).toBe('in 0 = delivered 0 · peak live 0');
    expect(describeReport({ ...nothing, in: 2, filtered: 2, peakLive: 1 })).toBe(
      'in 2 = delivered 0 + filtered 2 · peak live 1',
    );
  });

  it('has the codes in brackets, and what is in flight at the end', () => {
    const counted: LedgerCount = {
      ...nothing,
      in: 21,
      delivered: 1,
      filtered: 2,
      rejected: 3,
      deadLettered: 4,
      cancelled: 5,
      inFlight: 6,
      peakLive: 7,
      codes: {
        ...none,
        rejected: { OVERFLOW: 3 },
        deadLettered: { TIMEOUT: 3, KEY: 1 },
        cancelled: { UNSUBSCRIBED: 5 },
      },
    };
    expect(describeReport(counted)).toBe(
      'in 21 = delivered 1 + filtered 2 + rejected 3 (OVERFLOW 3) + deadLettered 4 (TIMEOUT 3, KEY 1) + ' +
        'cancelled 5 (UNSUBSCRIBED 5) + in flight 6 · peak live 7',
    );
  });
});
