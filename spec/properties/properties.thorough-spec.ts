import { expect, test } from '@jest/globals';
import { readyPlans } from './arbitraries.js';
import { checkPlans } from './checkPlans.js';
import { chooseSeed, printLine } from './seeds.js';

const RUNS = 4_000;

test(`C1 C2 C3 C5 C6 C9 C10 C11 P1 P2 P4: ${String(RUNS)} random pipelines, with a fresh seed each time`, async () => {
  const { report } = await checkPlans(RUNS, chooseSeed());
  printLine(report);
  expect(report).not.toContain('counterexample');
}, 600_000);

const READY_RUNS = 2_000;

test(`C1 C2 C3 C5 C6 C9 C10 C11 P1 P2 P4: ${String(READY_RUNS)} with the five stages and a controller`, async () => {
  const { report, runs } = await checkPlans(READY_RUNS, chooseSeed(), undefined, undefined, readyPlans);
  printLine(report);
  expect(report).not.toContain('counterexample');
  expect(runs).toBe(READY_RUNS);
}, 240_000);
