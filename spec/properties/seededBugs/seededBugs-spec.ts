import { expect, test } from '@jest/globals';
import { checkPlans } from '../checkPlans.js';
import { chooseSeed, printLine } from '../seeds.js';
import type { StageMaker } from '../stageSteps.js';
import type { Property } from '../Trial.js';
import { dropsOnCancel } from './dropsOnCancel.js';
import { leaksCreditOnError } from './leaksCreditOnError.js';
import { leaksPermitOnAbandon } from './leaksPermitOnAbandon.js';
import { losesWakeUp } from './losesWakeUp.js';
import { reordersAfterRetry, retriesInPlace } from './retrying.js';
import { settlesTwice } from './settlesTwice.js';

/** Searches take 40 runs on average; the slowest of some hundred took 367. */
const RUNS = 2_000;
const SOUND_RUNS = 250;

const bugs: readonly (readonly [string, Property, StageMaker])[] = [
  ['credit leaked on error', 'C2 the account agrees with what was counted outside it', leaksCreditOnError],
  ['permit leaked when work is abandoned', 'C9 everything is released', leaksPermitOnAbandon],
  ['double settle', 'P1 a record settles once, when nobody holds it', settlesTwice],
  ['lost wake-up', 'C5 all of it ends', losesWakeUp],
  ['record dropped on a cancel race', 'C10 nothing is lost or doubled', dropsOnCancel],
  ['reorder after retry', 'C6 the order holds', reordersAfterRetry],
];

test.each(bugs)(
  '%s is found by %s',
  async (_name, property, flawed) => {
    const { failed, broken, runs, seed } = await checkPlans(RUNS, chooseSeed(), flawed, property);
    printLine(`seed ${String(seed)}: found in run ${String(runs)} of ${String(RUNS)} by ${property}`);
    expect(failed).toBe(true);
    expect(broken).toContain(property);
  },
  30_000,
);

test('C6: a retry that keeps its place is sound', async () => {
  const { report } = await checkPlans(SOUND_RUNS, chooseSeed(), retriesInPlace);
  printLine(report);
  expect(report).not.toContain('counterexample');
}, 30_000);
