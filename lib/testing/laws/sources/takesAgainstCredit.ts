import { handGranted } from '../../HandGranted.js';
import type { Law } from '../Law.js';
import type { SourceTrial } from './SourceTrial.js';

const GRANTS = [1, 2, 5, 1];

export const takesAgainstCredit: Law<SourceTrial> = {
  rule: 'C1',
  name: 'takes against credit',
  intent: 'No credit means not pulled: nothing is taken from the input that nobody wants.',
  async check(trial) {
    const { flow, input } = trial.flow(1000);
    const sink = handGranted(flow);
    await trial.rest();
    trial.require(input.taken <= trial.ahead, () => `took ${String(input.taken)} before anything was wanted`);
    for (const count of GRANTS) {
      sink.grant(count);
      await trial.rest();
      const { received, granted } = sink;
      trial.require(
        received.length === granted,
        () => `gave ${String(received.length)} with ${String(granted)} granted`,
      );
      trial.require(
        input.taken <= granted + trial.ahead,
        () => `took ${String(input.taken)} with ${String(granted)} granted`,
      );
    }
  },
};
