import { describe, expect, it } from '@jest/globals';
import { concat, delay, map, mergeMap, NEVER, of } from 'rxjs';
import { stage } from '../../lib/operators/stage.js';
import { assertLaws, checkLaws, LawError, LAWS, type LawSubject } from '../../lib/testing/index.js';
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

  it('is soon done with an asynchronous operator that was not called so', async () => {
    const violations = await checkLaws({ name: 'delay', make: () => delay(3) });
    expect(violations.map(({ law }) => law)).toContain('stays within its capacity');
  }, 20_000);

  it('is soon done with an operator that never ends', async () => {
    const violations = await checkLaws({ name: 'never ends', make: () => mergeMap((n) => concat(of(n), NEVER)) });
    expect(violations.map(({ law }) => law)).toContain('needs constant stack');
  }, 20_000);

  it('refuses an excuse from what is no law', async () => {
    await expect(checkLaws({ ...SOUND, exempt: { 'loses nothin': 'a slip' } })).rejects.toThrow(
      "a sound relay: exempt names 'loses nothin', which is no law; the laws are 'emits only against credit', 'loses nothing'",
    );
  });
});

describe('assertLaws', () => {
  it('is content with a sound operator', async () => {
    await expect(assertLaws(SOUND)).resolves.toBeUndefined();
  });

  it('fails with each broken law in words, where it was called', async () => {
    const { breaks, ...subject } = BROKEN.find((each) => each.breaks === 'doubles nothing')!;
    const laws = LAWS.filter(({ name }) => name === breaks);
    const error = (await assertLaws(subject, { laws }).catch((caught: unknown) => caught)) as LawError;
    expect(error).toBeInstanceOf(LawError);
    expect(error.violations).toEqual(await checkLaws(subject, { laws }));
    expect(error.message.split('\n').slice(0, 5)).toEqual([
      'doubles a record: breaks a law',
      '',
      '  C1 · doubles nothing',
      '    A credit buys one record: nothing comes twice, and nothing comes that was not promised.',
      `    - ${error.violations[0]?.complaints[0] ?? ''}`,
    ]);
    expect(error.stack?.split('\n').find((line) => line.trim().startsWith('at '))).toContain('checkLaws-spec');
  });

  it('counts the laws', async () => {
    const throwing: LawSubject = {
      name: 'throws',
      make: () => {
        throw new Error('cannot be made');
      },
    };
    await expect(assertLaws(throwing, { laws: LAWS.slice(0, 2) })).rejects.toThrow('throws: breaks 2 laws');
  });
});
