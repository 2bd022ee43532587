import { describe, expect, it } from '@jest/globals';
import { checkLaws, checkSourceLaws, LAWS, SOURCE_LAWS, type LawSubject } from '../../lib/testing/index.js';
import { OPERATORS, SOURCES } from './registry.js';

const TEN_MILLION = 10_000_000;
/** expandStage opens a flow for every record. */
const ONE_MILLION = 1_000_000;
/** For the other configurations. */
const MANY = 200_000;
/** Three sinks of ten million records each. */
const PATIENCE_MS = 600_000;

const laws = LAWS.filter(({ name }) => name === 'needs constant stack');
const sourceLaws = SOURCE_LAWS.filter(({ name }) => name === 'needs constant stack');

/** The first configuration of each export is its plainest. */
const plainest = Object.entries(OPERATORS).flatMap(([exported, [subject]]) =>
  subject === undefined ? [] : [{ subject, count: exported === 'expandStage' ? ONE_MILLION : TEN_MILLION }],
);
const others = Object.values(OPERATORS)
  .flat()
  .filter((subject: LawSubject) => !plainest.some((plain) => plain.subject === subject));

describe('C5: ten million records', () => {
  it.each(plainest)(
    '$subject.name, $count',
    async ({ subject, count }) => {
      expect(await checkLaws(subject, { laws, count })).toEqual([]);
    },
    PATIENCE_MS,
  );

  it.each(Object.values(SOURCES).flatMap(([subject]) => subject ?? []))(
    '$name',
    async (subject) => {
      expect(await checkSourceLaws(subject, { laws: sourceLaws, count: TEN_MILLION })).toEqual([]);
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
