import { describe, expect, it } from '@jest/globals';
import { asyncLink, cutLink, isProtocolFault, nestedObservable, overdraft, overflow } from '../../lib/credit/faults.js';
import { SluiceError, type SluiceCode } from '../../lib/credit/SluiceError.js';

describe('the errors of the protocol', () => {
  it.each<[SluiceCode, SluiceError, string[]]>([
    ['OVERFLOW', overflow('save', 7), ['7 places', 'fromPull(iterable)', 'onBackpressureBuffer / Drop / Latest']],
    ['OVERDRAFT', overdraft('save', 99), ['99', 'expandStage', 'mergeMap((x) => fromPull(x))', 'option overdraft']],
    ['CUT_LINK', cutLink('save'), ['broadcast', 'inline(', 'onBackpressureBuffer / Drop / Latest', 'partitionBy']],
    [
      'ASYNC_LINK',
      asyncLink('save'),
      ['stage(project', 'boundary(operator, { inFlight })', 'onBackpressureLatest(', 'lossy: true'],
    ],
    ['NESTED_OBSERVABLE', nestedObservable('save'), ['partitionBy', 'groupBy', 'flatten it']],
  ])('%s names the stage and every remedy', (code, error, words) => {
    expect(error).toBeInstanceOf(SluiceError);
    expect(error.code).toBe(code);
    for (const word of ["'save'", ...words]) expect(error.message).toContain(word);
    expect(isProtocolFault(error)).toBe(true);
  });

  it('C8: the overflow error begins with what to write', () => {
    expect(overflow('save', 1).message).toMatch(
      /^this source cannot stop: write fromPull\(iterable\), or choose onBackpressureBuffer \/ Drop \/ Latest/,
    );
  });

  it.each<SluiceCode>([
    'OPTION',
    'CREDIT',
    'NOT_PULLABLE',
    'SOURCE_CONSUMED',
    'NO_DEAD_LETTERS',
    'INVALID',
    'KEY',
    'FAILED',
  ])('C10: %s is no fault of the protocol and waits its turn', (code) => {
    expect(isProtocolFault(new SluiceError(code, 'x'))).toBe(false);
  });

  it('C10: what is no error of ours is no fault of the protocol', () => {
    for (const error of [new Error('OVERFLOW'), undefined, null, 'OVERFLOW', { code: 'OVERFLOW' }])
      expect(isProtocolFault(error)).toBe(false);
  });
});
