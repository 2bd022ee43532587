import { expect, test } from '@jest/globals';
import { readyPlans } from './arbitraries.js';
import { checkPlans } from './checkPlans.js';
import { chooseSeed, printLine } from './seeds.js';

const RUNS = 250;
const READY_RUNS = 750;

const RULES = 'C1 C2 C3 C4 C5 C6 C6a C6b C9 C10 C11 C12 P1 P2 P4';

test(`${RULES}: random pipelines, faults, ends and schedules keep every property at every step`, async () => {
  const { report } = await checkPlans(RUNS, chooseSeed());
  printLine(report);
  expect(report).not.toContain('counterexample');
}, 600_000);

test(`${RULES}: so do the five stages under a controller, while letters go in again`, async () => {
  const { report, runs } = await checkPlans(READY_RUNS, chooseSeed(), undefined, undefined, readyPlans);
  printLine(report);
  expect(report).not.toContain('counterexample');
  expect(runs).toBe(READY_RUNS);
}, 600_000);
