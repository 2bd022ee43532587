import { some, surplus } from './compareResults.js';
import type { Bench } from './Bench.js';
import type { OperatorLaw } from './OperatorLaw.js';
import { naturals, range } from './naturals.js';
import type { Trial } from './Trial.js';

export const staysWithinCapacity: OperatorLaw = {
  rule: 'C11',
  name: 'stays within its capacity',
  intent:
    'A stopped sink stops the true source: no more is pulled than the capacity holds, and after it nothing is missing.',
  async check(trial) {
    let last = trial.endless;
    const bench = trial.bench({ stock: naturals(() => last) });
    await judge(trial, bench);
    for (const count of [1, 3, Math.max(1, trial.capacity)]) {
      bench.sink.grant(count);
      await judge(trial, bench);
    }
    last = bench.pulled + 10;
    bench.sink.grantAll();
    await trial.rest();
    if (trial.subject.lossy === true) return;
    const missing = surplus(trial.outputs(range(bench.pulled)), bench.results);
    trial.require(missing.length === 0, () => `after the release ${some(missing)} never came`);
  },
};

async function judge(trial: Trial, bench: Bench): Promise<void> {
  await trial.rest();
  const { pulled } = bench;
  if (trial.subject.lossy !== true) {
    const { settled, inside } = bench;
    trial.require(
      inside <= trial.capacity,
      () => `pulled ${String(pulled)} with ${String(settled)} settled and a capacity of ${String(trial.capacity)}`,
    );
  }
  await trial.rest();
  trial.require(bench.pulled === pulled, () => `pulled ${String(bench.pulled - pulled)} more without any demand`);
}
