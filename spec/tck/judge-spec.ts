import { describe, expect, it } from '@jest/globals';
import { countResults, judge, parseResults, type Expected } from './judge.js';
import { SUITES } from './suites.js';

const lawful: Expected = { kind: 'lawful', passed: 2, total: 4, skipped: ['optional_one'] };
const broken: Expected = { kind: 'broken', failed: 2, total: 3 };

const text = [
  'passed\trequired_one\t',
  'passed\trequired_two\t',
  'skipped\tuntested_one\tnot verified',
  'skipped\toptional_one\tonly one subscriber',
].join('\n');
const results = parseResults(`${text}\n`);

describe('the judge of the TCK', () => {
  it('reads and counts what Java wrote', () => {
    expect(results[2]).toEqual({ result: 'skipped', test: 'untested_one', why: 'not verified' });
    expect(countResults(results)).toEqual({ passed: 2, failed: 0, skipped: 2, total: 4 });
    expect(judge(results, lawful)).toEqual([]);
  });

  it('does not take a skip for a pass', () => {
    const skipped = results.map((one) => (one.test === 'required_two' ? { ...one, result: 'skipped' } : one));
    expect(judge(skipped, lawful)).toEqual([
      '1 passed, expected 2',
      expect.stringContaining('required_two was skipped'),
    ]);
  });

  it('does not make up for a failure, a missing test, a strange result or a double one', () => {
    const failed = results.map((one) =>
      one.test === 'required_two' ? { ...one, result: 'failed', why: 'late' } : one,
    );
    expect(judge(failed, lawful)).toEqual(['1 passed, expected 2', 'required_two failed: late']);
    expect(judge(results.slice(0, 3), lawful)).toEqual(['3 results, expected 4']);
    expect(judge([], lawful)).toEqual(['0 results, expected 4', '0 passed, expected 2']);
    const strange = results.map((one) => (one.test === 'untested_one' ? { ...one, result: 'flaky' } : one));
    expect(judge(strange, lawful)).toEqual(['a result is neither passed, failed nor skipped']);
    const doubled = [...results.slice(0, 3), results[0]!];
    expect(judge(doubled, lawful)).toContain('a test has two results');
  });

  it('wants what is broken on purpose to fail', () => {
    const found = parseResults('failed\ta\tx\nfailed\tb\ty\npassed\tc\t');
    expect(judge(found, broken)).toEqual([]);
    const missed = parseResults('failed\ta\tx\npassed\tb\t\npassed\tc\t');
    expect(judge(missed, broken)).toEqual([expect.stringContaining('1 failed of what is broken on purpose')]);
    expect(judge(found.slice(0, 2), broken)).toEqual(['2 results, expected 3']);
  });

  it('is asked of the publisher, the processor and both broken ones', () => {
    expect(
      SUITES.map(({ adapter, part, expected }) => [
        `${adapter} ${part}`,
        expected.kind === 'lawful' ? expected.passed : expected.failed,
        expected.total,
      ]),
    ).toEqual([
      ['plain publisher', 31, 38],
      ['plain processor', 41, 68],
      ['staged publisher', 31, 38],
      ['staged processor', 41, 68],
      ['broken publisher', 10, 38],
      ['broken processor', 10, 68],
    ]);
  });
});
