import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { MAX_ATTEMPTS } from '../../examples/birdstrikes/ImpactService.js';
import { behaviourOf } from '../../examples/birdstrikes/serviceBehaviour.js';
import { FILE } from './birdstrikesFile.js';

/** The records of the file, the first of which is in line 2. */
export const records: Record<string, string>[] = parse(readFileSync(FILE), { columns: true });

interface Expected {
  readonly filtered: number;
  readonly invalid: number;
  /** Records that all attempts fail for, by the answer to the last one. */
  readonly unavailable: number;
  readonly silent: number;
  /** Of these, such as succeed in three further attempts. */
  readonly recovering: number;
  readonly delivered: number;
}

/** What must become of the records, told from the file and the seed without the pipeline. */
export function expectedOf(seed: number): Expected {
  const expected = { filtered: 0, invalid: 0, unavailable: 0, silent: 0, recovering: 0, delivered: 0 };
  records.forEach((record, index) => {
    const line = index + 2;
    const answers = (from: number) =>
      Array.from({ length: MAX_ATTEMPTS }, (_, more) => behaviourOf(seed, line, from + more).answer);
    const last = answers(1).at(-1);
    if (['Taxi', 'Parked'].includes(record['Phase of flight'] ?? '')) expected.filtered++;
    else if (Object.values(record).includes('')) expected.invalid++;
    else if (answers(1).includes('result')) expected.delivered++;
    else {
      if (last === 'never') expected.silent++;
      else expected.unavailable++;
      if (answers(MAX_ATTEMPTS + 1).includes('result')) expected.recovering++;
    }
  });
  return expected;
}
