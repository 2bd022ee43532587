import { describe, expect, it } from '@jest/globals';
import * as root from '../../lib/index.js';
import * as reactiveStreams from '../../lib/reactiveStreams.js';
import { checkLaws, checkSourceLaws, LAWS, SOURCE_LAWS } from '../../lib/testing/index.js';
import { OPERATORS, OTHERS, SOURCES } from './registry.js';

/** Enough to break a stack that grows with the records. */
const QUICK = 30_000;

const barrel = { ...root, ...reactiveStreams };

describe('the barrel', () => {
  const functions = Object.entries(barrel).filter(([, exported]) => typeof exported === 'function');
  const known = { ...OPERATORS, ...SOURCES, ...OTHERS };

  it('exports nothing that escapes the laws', () => {
    expect(functions.map(([name]) => name).filter((name) => !(name in known))).toEqual([]);
  });

  it('has everything that the laws know', () => {
    expect(Object.keys(known).filter((name) => !(name in barrel))).toEqual([]);
  });
});

const operators = Object.values(OPERATORS).flat();
const sources = Object.values(SOURCES).flat();

describe.each(LAWS)('$rule: an operator $name', (law) => {
  it.each(operators.filter(({ exempt }) => exempt?.[law.name] === undefined))('$name', async (subject) => {
    expect(await checkLaws(subject, { laws: [law], count: QUICK })).toEqual([]);
  });
});

describe.each(SOURCE_LAWS)('$rule: a source $name', (law) => {
  it.each(sources.filter(({ exempt }) => exempt?.[law.name] === undefined))('$name', async (subject) => {
    expect(await checkSourceLaws(subject, { laws: [law], count: QUICK })).toEqual([]);
  });
});

describe('an excuse from a law', () => {
  const excused = <S extends { readonly exempt?: Readonly<Record<string, string>> }>(subjects: readonly S[]) =>
    subjects.flatMap(({ exempt = {}, ...subject }) => Object.keys(exempt).map((law) => ({ law, subject })));

  it('is still needed', async () => {
    for (const { law, subject } of excused(operators)) {
      const laws = LAWS.filter(({ name }) => name === law);
      expect([subject.name, await checkLaws(subject, { laws })]).toEqual([subject.name, [expect.anything()]]);
    }
    for (const { law, subject } of excused(sources)) {
      const laws = SOURCE_LAWS.filter(({ name }) => name === law);
      expect([subject.name, await checkSourceLaws(subject, { laws })]).toEqual([subject.name, [expect.anything()]]);
    }
  });
});
