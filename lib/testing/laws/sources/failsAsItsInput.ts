import { handGranted } from '../../HandGranted.js';
import type { Law } from '../Law.js';
import type { SourceTrial } from './SourceTrial.js';

const FAILURE = new Error('the input fails');

export const failsAsItsInput: Law<SourceTrial> = {
  rule: 'C10',
  name: 'fails as its input fails',
  intent: 'The error of an input arrives as it is, behind what the input gave before.',
  async check(trial) {
    const { flow } = trial.flow(3, FAILURE);
    const sink = handGranted(flow);
    sink.grant(2);
    await trial.rest();
    trial.require(sink.ending === null, () => `failed before its records were wanted`);
    sink.grant(5);
    await trial.rest();
    const { ending, received } = sink;
    trial.require(received.join() === '1,2,3', () => `gave ${received.join()} before it failed`);
    trial.require(
      ending?.kind === 'error' && ending.error === FAILURE,
      () => `the error came as ${ending?.kind === 'error' ? String(ending.error) : String(ending?.kind)}`,
    );
  },
};
