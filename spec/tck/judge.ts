/** What became of one test of the TCK. */
export interface Result {
  readonly result: string;
  readonly test: string;
  readonly why: string;
}

/** One run of the TCK: what it is run against, which part of it, and what must come of it. */
export interface Suite {
  readonly adapter: string;
  readonly part: 'publisher' | 'processor';
  readonly expected: Expected;
}

/**
 * `lawful`: so many tests pass, none fails, and what is skipped is what the TCK skips always, by name 'untested', and these.
 * `broken`: at least so many fail, or the bridge lets everything pass.
 */
export type Expected =
  | { readonly kind: 'lawful'; readonly passed: number; readonly total: number; readonly skipped: readonly string[] }
  | { readonly kind: 'broken'; readonly failed: number; readonly total: number };

export interface Count {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly total: number;
}

/** Reads what Run.java wrote: a line for each test. */
export function parseResults(text: string): Result[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [result = '', test = '', why = ''] = line.split('\t');
      return { result, test, why };
    });
}

export function countResults(results: readonly Result[]): Count {
  const count = (wanted: string) => results.filter(({ result }) => result === wanted).length;
  return { passed: count('passed'), failed: count('failed'), skipped: count('skipped'), total: results.length };
}

/** What is wrong with these results; nothing where they are exactly what is expected. A skip is never a pass. */
export function judge(results: readonly Result[], expected: Expected): string[] {
  const { passed, failed, skipped, total } = countResults(results);
  const complaints: string[] = [];
  const require = (holds: boolean, complaint: string) => {
    if (!holds) complaints.push(complaint);
  };
  require(total === expected.total, `${total} results, expected ${expected.total}`);
  require(new Set(results.map(({ test }) => test)).size === total, 'a test has two results');
  require(passed + failed + skipped === total, 'a result is neither passed, failed nor skipped');
  if (expected.kind === 'broken') {
    require(failed >=
      expected.failed, `${failed} failed of what is broken on purpose, expected ${expected.failed} at least`);
    return complaints;
  }
  require(passed === expected.passed, `${passed} passed, expected ${expected.passed}`);
  for (const { result, test, why } of results) {
    if (result === 'failed') complaints.push(`${test} failed: ${why}`);
    if (result === 'skipped' && !test.startsWith('untested_') && !expected.skipped.includes(test)) {
      complaints.push(`${test} was skipped: ${why}`);
    }
  }
  return complaints;
}
