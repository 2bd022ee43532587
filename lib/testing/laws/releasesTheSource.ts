import { cancelEachTime } from './cancellations.js';
import type { OperatorLaw } from './OperatorLaw.js';

export const releasesTheSource: OperatorLaw = {
  rule: 'C9',
  name: 'releases the source when cancelled',
  intent: 'Nothing runs that nobody waits for: the source is unsubscribed in the very call that cancels.',
  async check(trial) {
    await cancelEachTime(trial, async (bench, when) => {
      const { pulled } = bench;
      trial.require(!bench.source.subscribed, () => `${when}: the source is still subscribed`);
      await trial.rest();
      trial.require(bench.pulled === pulled, () => `${when}: pulled ${String(bench.pulled - pulled)} afterwards`);
    });
  },
};
