import { describe, expect, it } from '@jest/globals';
import { Subject } from 'rxjs';
import { stage } from '../../lib/operators/stage.js';
import { never } from './support/waiting.js';
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

describe('two copies of the library', () => {
  it('C10: know the errors of each other by name, so that a fault of the other does not wait behind a stuck inbox', () => {
    class SluiceErrorOfTheOtherCopy extends Error {
      override readonly name = 'SluiceError';
      readonly code = 'OVERFLOW';
    }
    const source = new Subject<number>();
    const seen: unknown[] = [];
    source.pipe(stage(never, { capacity: 2 })).subscribe({
      error: (error: SluiceErrorOfTheOtherCopy) => seen.push(error.code),
    });
    source.next(1);
    source.error(new SluiceErrorOfTheOtherCopy());
    expect(seen).toEqual(['OVERFLOW']);
    expect(codeOf(new SluiceErrorOfTheOtherCopy())).toBe('OVERFLOW');
  });
});
