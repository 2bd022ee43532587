import { firstValueFrom, map, timer } from 'rxjs';
import { asyncEgress } from 'sluice';
import { probe } from 'sluice/marbles';
import { defineScenario } from './defineScenario.js';

/** How long a call takes and whether it succeeds, by record and attempt. */
const SERVICE: Readonly<Record<string, readonly (readonly [ms: number, ok: boolean])[]>> = {
  a: [[2, true]],
  b: [
    [1, false],
    [2, true],
  ],
  c: [
    [99, true],
    [1, false],
    [1, false],
  ],
};

export const retryWithBackoff = defineScenario({
  name: 'retry-with-backoff',
  title: 'Retries with backoff, a timeout, and the end of patience',
  description:
    'Record b fails once and is tried again after a delay. Record c hangs: after six milliseconds the attempt is given up, ' +
    'the delays grow, and when three attempts have failed it is a dead letter. Record a goes through and waits for nobody.',
  source: '(abc|)',
  options: { maxAttempts: 3, operationTimeoutMs: 6, baseRetryDelayMs: 3, maxConcurrentOperations: 3 },
  pipeline: ({ source, recorder, options }) =>
    source.pipe(
      probe('orders', recorder),
      asyncEgress({
        name: 'charge',
        ...options,
        capacity: 3,
        jitter: 'none',
        onDeadLetter: recorder.letter,
        process: recorder.attempts('service', async (order: string, { attempt }) => {
          const [ms, ok] = SERVICE[order]?.[attempt - 1] ?? [1, true];
          await firstValueFrom(timer(ms).pipe(map(() => order)));
          if (!ok) throw new Error('503');
          return order;
        }),
      }),
      probe('charged', recorder),
    ),
  expected: {
    emits: '--a---b----------|',
    exits: ['c deadLetter EXHAUSTED'],
  },
});
