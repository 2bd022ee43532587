import { describe, expect, it } from '@jest/globals';
import { map } from 'rxjs';
import { stage } from '../../lib/operators/stage.js';
import { checkLaws, LAWS, type LawSubject } from '../../lib/testing/index.js';
import { BROKEN, SOUND } from './brokenOperators.js';

describe('the law kit', () => {
  it('runs the example of its documentation', async () => {
    const violations = await checkLaws({
      name: 'doubling stage',
      make: () => stage((n: number) => n * 2, { capacity: 4 }),
      outputs: (inputs) => inputs.map((n) => n * 2),
      capacity: 4,
    });
    expect(violations).toEqual([]);
  });

  it('finds nothing wrong with a sound operator made of public parts', async () => {
    expect(await checkLaws(SOUND)).toEqual([]);
  });

  it('finds nothing wrong with a link', async () => {
    const link: LawSubject = { name: 'map', make: () => map((n) => n), keepsRecords: true };
    expect(await checkLaws(link)).toEqual([]);
  });

  it.each(BROKEN)('$name: rejected because it breaks "$breaks"', async ({ breaks, ...subject }) => {
    const violations = await checkLaws(subject, { count: 20_000 });
    expect(violations.map(({ law }) => law)).toContain(breaks);
  });

  it('has a broken operator for each law', () => {
    expect(new Set(BROKEN.map(({ breaks }) => breaks))).toEqual(new Set(LAWS.map(({ name }) => name)));
  });

  it('has laws with different names and an intent each', () => {
    expect(new Set(LAWS.map(({ name }) => name)).size).toBe(LAWS.length);
    for (const { rule, intent } of LAWS)
      expect([rule, intent]).toEqual([expect.stringMatching(/^[CP]\d+[ab]?$/), expect.stringMatching(/^[A-Z].*\.$/)]);
  });

  it('names the rule, the intent and what was seen', async () => {
    const subject = BROKEN.find(({ breaks }) => breaks === 'doubles nothing')!;
    expect(await checkLaws(subject, { laws: LAWS.filter(({ name }) => name === 'doubles nothing') })).toEqual([
      {
        subject: 'doubles a record',
        rule: 'C1',
        law: 'doubles nothing',
        intent: 'A credit buys one record: nothing comes twice, and nothing comes that was not promised.',
        complaints: expect.arrayContaining(['demand all after a pause: 5, 10, 15, 20 came once too often']),
      },
    ]);
  });

  it('leaves out what a subject is excused from', async () => {
    const { breaks, ...subject } = BROKEN[0]!;
    const exempt = Object.fromEntries(LAWS.map(({ name }) => [name, 'to see that it is left out']));
    expect(breaks).toBe('emits only against credit');
    expect(await checkLaws({ ...subject, exempt })).toEqual([]);
  });

  it('takes an operator that throws for one that breaks the law', async () => {
    const throwing: LawSubject = {
      name: 'throws',
      make: () => {
        throw new Error('cannot be made');
      },
    };
    const [violation] = await checkLaws(throwing, { laws: LAWS.slice(0, 1) });
    expect(violation?.complaints).toEqual(['threw Error: cannot be made']);
  });
});
