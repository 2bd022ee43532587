import { describe, expect, it } from '@jest/globals';
import { codeOf, SluiceError } from '../../lib/credit/SluiceError.js';

describe('SluiceError', () => {
  it('is an Error with a code, a message and a cause', () => {
    const cause = new Error('why');
    const error = new SluiceError('INVALID', 'no airport', { cause });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name: 'SluiceError', code: 'INVALID', message: 'no airport', cause });
    expect(String(error)).toBe('SluiceError: no airport');
    expect(new SluiceError('KEY', 'no cause')).not.toHaveProperty('cause');
  });
});

describe('codeOf', () => {
  it('is the code of a SluiceError and FAILED for everything else', () => {
    const others = [new Error('x'), 'INVALID', { code: 'INVALID' }, null, undefined, Object.create(null), 0];
    expect(codeOf(new SluiceError('TIMEOUT', 'late'))).toBe('TIMEOUT');
    for (const other of others) expect(codeOf(other)).toBe('FAILED');
  });
});
