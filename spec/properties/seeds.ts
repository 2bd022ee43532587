import { randomInt } from 'node:crypto';
import { writeSync } from 'node:fs';

/** Fresh for each run of the tests, unless SLUICE_SEED says which. */
export function chooseSeed(): number {
  const { SLUICE_SEED } = process.env;
  return SLUICE_SEED === undefined ? randomInt(2 ** 31) : Number(SLUICE_SEED);
}

/** One line on standard output, also where the tests pass. The console of the test runner would make five of it. */
export function printLine(line: string): void {
  writeSync(1, `${line}\n`);
}
