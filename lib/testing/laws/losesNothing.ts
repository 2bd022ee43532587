import { some, surplus } from './compareResults.js';
import { DEMAND_PATTERNS } from './demandPatterns.js';
import type { OperatorLaw } from './OperatorLaw.js';
import { range } from './naturals.js';

export const losesNothing: OperatorLaw = {
  rule: 'C1',
  name: 'loses nothing',
  intent: 'Back pressure is no reason for a drop: whatever the demand, all results come, and then the end.',
  appliesTo: ({ subject }) => subject.lossy !== true,
  async check(trial) {
    const promised = trial.outputs(range(trial.plenty));
    for (const { name, play } of DEMAND_PATTERNS) {
      const { results, sink } = await play(trial, trial.plenty);
      const missing = surplus(promised, results);
      trial.require(missing.length === 0, () => `demand ${name}: ${some(missing)} never came`);
      trial.require(sink.ending?.kind === 'complete', () => `demand ${name}: did not complete but ${endingOf(sink)}`);
    }
  },
};

function endingOf({ ending }: { readonly ending: { readonly kind: string; readonly error?: unknown } | null }): string {
  return ending === null ? 'stopped' : `failed with ${String(ending.error)}`;
}
