import { describe, expect, it } from '@jest/globals';
import { checkLaws, checkSourceLaws, LAWS, SOURCE_LAWS, type LawSubject } from '../../lib/testing/index.js';
import { OPERATORS, SOURCES } from './registry.js';

const TEN_MILLION = 10_000_000;
/** What costs more for each record than a stage does. */
const ONE_MILLION = 1_000_000;
const TEN_MILLION_OF = ['stage', 'inline', 'fromPull', 'Flowable'];
/** For the other configurations. */
const MANY = 200_000;
/** Three sinks of ten million records each. */
const PATIENCE_MS = 600_000;

const laws = LAWS.filter(({ name }) => name === 'needs constant stack');
const sourceLaws = SOURCE_LAWS.filter(({ name }) => name === 'needs constant stack');

function countOf(exported: string): number {
  return TEN_MILLION_OF.includes(exported) ? TEN_MILLION : ONE_MILLION;
}

/** The first configuration of each export is its plainest. */
const plainest = Object.entries(OPERATORS).flatMap(([exported, [subject]]) =>
  subject === undefined ? [] : [{ subject, count: countOf(exported) }],
);
const sources = Object.entries(SOURCES).flatMap(([exported, [subject]]) =>
  subject === undefined ? [] : [{ subject, count: countOf(exported) }],
);
const others = Object.values(OPERATORS)
  .flat()
  .filter((subject: LawSubject) => !plainest.some((plain) => plain.subject === subject));

describe('C5: ten million records, or one', () => {
  it.each(plainest)(
    '$subject.name, $count',
    async ({ subject, count }) => {
      expect(await checkLaws(subject, { laws, count })).toEqual([]);
    },
    PATIENCE_MS,
  );

  it.each(sources)(
    '$subject.name, $count',
    async ({ subject, count }) => {
      expect(await checkSourceLaws(subject, { laws: sourceLaws, count })).toEqual([]);
    },
    PATIENCE_MS,
  );
});

describe('C5: two hundred thousand records', () => {
  it.each(others)(
    '$name',
    async (subject) => {
      expect(await checkLaws(subject, { laws, count: MANY })).toEqual([]);
    },
    PATIENCE_MS,
  );
});
