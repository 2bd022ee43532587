import { expect, it } from '@jest/globals';
import { stage } from '../../lib/operators/stage.js';
import { run } from '../../lib/sinks/run.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { asyncEgress } from '../../lib/stages/asyncEgress.js';
import { keyGen } from '../../lib/stages/keyGen.js';

const MANY = 1_000_000;

function* naturals() {
  for (let n = 0; n < MANY; n++) yield n;
}

it('a million keys: none is kept', async () => {
  const keyed = keyGen<number>({ keySelector: (n) => n });
  const held = fromPull(naturals).pipe(
    keyed,
    stage((n, { record }) => [n, record.key]),
  );
  expect(await run(held)).toMatchObject({ in: MANY, delivered: MANY, peakLive: 1 });
}, 60_000);

it('a million keys in work side by side: only those in flight take room', async () => {
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  let most = 0;
  const report = await run(
    fromPull(naturals).pipe(
      keyGen({ keySelector: (n) => `key ${String(n)}` }),
      asyncEgress({
        process: async (n) => {
          if (n % 100_000 === 0) {
            globalThis.gc?.();
            most = Math.max(most, process.memoryUsage().heapUsed - before);
          }
          await Promise.resolve();
        },
        order: 'perKey',
      }),
    ),
  );
  expect(report).toMatchObject({ in: MANY, delivered: MANY, inFlight: 0 });
  expect(most).toBeLessThan(30_000_000);
}, 60_000);
