import { describe, expect, it } from '@jest/globals';
import { checkLaws, checkSourceLaws, LAWS, SOURCE_LAWS, type LawSubject } from '../../lib/testing/index.js';
import { OPERATORS, SOURCES } from './registry.js';

const TEN_MILLION = 10_000_000;
/** For configurations that make a flow, an error or an array of every record. */
const ONE_MILLION = 1_000_000;
/** Three sinks of ten million records each. */
const PATIENCE_MS = 600_000;

const laws = LAWS.filter(({ name }) => name === 'needs constant stack');
const sourceLaws = SOURCE_LAWS.filter(({ name }) => name === 'needs constant stack');

/** The first configuration of each export is its plainest. */
const plainest = Object.entries(OPERATORS).flatMap(([exported, [subject]]) =>
  subject === undefined || exported === 'expandStage' ? [] : [subject],
);
const others = Object.values(OPERATORS)
  .flat()
  .filter((subject: LawSubject) => !plainest.includes(subject));

describe('C5: ten million records', () => {
  it.each(plainest)(
    '$name',
    async (subject) => {
      expect(await checkLaws(subject, { laws, count: TEN_MILLION })).toEqual([]);
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

describe('C5: a million records', () => {
  it.each(others)(
    '$name',
    async (subject) => {
      expect(await checkLaws(subject, { laws, count: ONE_MILLION })).toEqual([]);
    },
    PATIENCE_MS,
  );
});
