import { describe, expect, it } from '@jest/globals';
import { map, of, timer } from 'rxjs';
import { asyncEgress, type AsyncEgressOptions } from '../../lib/stages/asyncEgress.js';
import { checkLaws, LAWS, type LawSubject } from '../../lib/testing/index.js';

type Options = AsyncEgressOptions<number, unknown>;

const later = (n: number) => timer(n % 3).pipe(map(() => n));

/** Fails every seventh record's first attempt. */
function flaky(): (n: number) => number {
  const tried = new Set<number>();
  return (n) => {
    if (n % 7 !== 3 || tried.has(n)) return n;
    tried.add(n);
    throw new Error('not yet');
  };
}

const subject = (name: string, options: () => Options, rest: Partial<LawSubject> = {}): LawSubject => ({
  name,
  make: () => asyncEgress<number, unknown>({ onDeadLetter: () => undefined, ...options() }),
  capacity: options().capacity ?? 256,
  keepsRecords: true,
  ...rest,
});

const asynchronous = true;
const SUBJECTS: readonly LawSubject[] = [
  subject('values', () => ({ process: (n) => n }), { order: 'none' }),
  subject('values, in order of input', () => ({ process: (n) => n, order: 'input', capacity: 4 })),
  subject('values, one place', () => ({ process: (n) => n, capacity: 1 })),
  subject('told about the record', () => ({ process: (n, { attempt }) => n * attempt, capacity: 4 }), {
    order: 'none',
  }),
  subject('promises', () => ({ process: (n) => Promise.resolve(n) }), { order: 'none', asynchronous }),
  subject('promises, in order of input', () => ({ process: (n) => Promise.resolve(n), order: 'input' }), {
    asynchronous,
  }),
  subject('Observables', () => ({ process: (n) => of(n), capacity: 3 }), { order: 'none' }),
  subject(
    'slow work under timeouts',
    () => ({ process: later, totalTimeoutMs: 1000, operationTimeoutMs: 100, capacity: 6, maxConcurrentOperations: 4 }),
    { order: 'none', asynchronous },
  ),
  subject(
    'retries, in order of input',
    () => ({ process: flaky(), order: 'input', baseRetryDelayMs: 0, capacity: 5 }),
    {
      asynchronous,
    },
  ),
  subject(
    'retries, per key',
    () => ({ process: flaky(), order: { perKey: (n) => n % 5 }, baseRetryDelayMs: 0, operationTimeoutMs: 50 }),
    { order: { perKey: (n) => (n as number) % 5 }, asynchronous },
  ),
  subject(
    'dead letters',
    () => ({ process: (n) => (n % 2 === 0 ? Promise.reject(new Error('even')) : n), maxAttempts: 1, capacity: 4 }),
    { outputs: (inputs) => inputs.filter((n) => n % 2 === 1), order: 'none', asynchronous },
  ),
];

describe.each(LAWS)('$rule: asyncEgress $name', (law) => {
  it.each(SUBJECTS)('$name', async (each) => {
    expect(await checkLaws(each, { laws: [law], count: 10_000 })).toEqual([]);
  });
});
