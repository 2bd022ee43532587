import { describe, expect, it } from '@jest/globals';
import { SluiceError } from '../../lib/credit/SluiceError.js';
import { Bookkeeper } from '../../lib/records/Bookkeeper.js';
import { writeLetter } from '../../lib/records/DeadLetter.js';

describe('a dead letter', () => {
  it('has all that is needed to read why, and to send it again', () => {
    const record = new Bookkeeper().open('as it came', null, null);
    record.key = 'k';
    const error = new SluiceError('INVALID', 'no airport');
    expect(writeLetter('as it was here', record, 'check', error, 12)).toEqual({
      value: 'as it was here',
      origin: 'as it came',
      key: 'k',
      stage: 'check',
      code: 'INVALID',
      attempts: 1,
      redrives: 0,
      errors: [error],
      firstAt: 12,
      lastAt: 12,
    });
  });

  it('P4: where nobody asked for contexts the value is its own origin', () => {
    expect(writeLetter('v', null, 's', undefined, 0)).toMatchObject({
      origin: 'v',
      key: undefined,
      code: 'FAILED',
      errors: [undefined],
    });
  });
});
