import { firstOutOfOrder } from './compareResults.js';
import { DEMAND_PATTERNS } from './demandPatterns.js';
import { show } from '../marbles/show.js';
import type { OperatorLaw } from './OperatorLaw.js';
import { range } from './naturals.js';

export const keepsOrder: OperatorLaw = {
  rule: 'C6',
  name: 'keeps the order',
  intent: 'Results of one source come in the order of its records, or in that of their key, as the operator promises.',
  appliesTo: ({ subject }) => subject.order !== 'none',
  async check(trial) {
    const promised = trial.outputs(range(trial.plenty));
    for (const { name, play } of DEMAND_PATTERNS) {
      const { results } = await play(trial, trial.plenty);
      const wrong = firstOutOfOrder(results, promised, trial.subject.order);
      trial.require(wrong === undefined, () => `demand ${name}: ${show(wrong)} came out of its turn`);
    }
  },
};
