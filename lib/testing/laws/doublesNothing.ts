import { some, surplus } from './compareResults.js';
import { DEMAND_PATTERNS } from './demandPatterns.js';
import type { OperatorLaw } from './OperatorLaw.js';
import { range } from './naturals.js';

export const doublesNothing: OperatorLaw = {
  rule: 'C1',
  name: 'doubles nothing',
  intent: 'A credit buys one record: nothing comes twice, and nothing comes that was not promised.',
  async check(trial) {
    const promised = trial.outputs(range(trial.plenty));
    for (const { name, play } of DEMAND_PATTERNS) {
      const { results } = await play(trial, trial.plenty);
      const extra = surplus(results, promised);
      trial.require(extra.length === 0, () => `demand ${name}: ${some(extra)} came once too often`);
    }
  },
};
