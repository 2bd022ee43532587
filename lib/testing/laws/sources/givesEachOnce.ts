import { handGranted } from '../../HandGranted.js';
import { some } from '../compareResults.js';
import type { Law } from '../Law.js';
import { range } from '../naturals.js';
import type { SourceTrial } from './SourceTrial.js';

const RECORDS = 40;

export const givesEachOnce: Law<SourceTrial> = {
  rule: 'C6',
  name: 'gives each record once and in order',
  intent: 'Whatever the demand, what the input has comes once, in its order, and then the end.',
  async check(trial) {
    for (const [name, play] of Object.entries(PATTERNS)) {
      const sink = await play(trial);
      const right = sink.received.join() === range(RECORDS).join();
      trial.require(right, () => `demand ${name}: came as ${some(sink.received)}`);
      trial.require(sink.ending?.kind === 'complete', () => `demand ${name}: did not complete`);
    }
  },
};

const PATTERNS = {
  'all before the subscription': async (trial: SourceTrial) => {
    const sink = handGranted(trial.flow(RECORDS).flow, { grant: 10 * RECORDS });
    await trial.rest();
    return sink;
  },
  'one by one': async (trial: SourceTrial) => {
    const sink = handGranted(trial.flow(RECORDS).flow);
    for (let grants = 0; grants <= RECORDS + trial.ahead; grants++) {
      sink.grant(1);
      await trial.rest();
    }
    return sink;
  },
  'one from inside each next': async (trial: SourceTrial) => {
    const sink = handGranted(trial.flow(RECORDS).flow, {
      grant: 1,
      next: (_, self) => {
        self.grant(1);
      },
    });
    await trial.rest();
    return sink;
  },
};
