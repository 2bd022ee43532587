import { handGranted } from '../../HandGranted.js';
import { isSluiceError } from '../../../credit/SluiceError.js';
import type { Law } from '../Law.js';
import type { SourceTrial } from './SourceTrial.js';

export const startsAnew: Law<SourceTrial> = {
  rule: 'C9',
  name: 'starts anew, or says that it cannot',
  intent: 'A second subscription gets everything again, or the error SOURCE_CONSUMED: never less, and never silence.',
  async check(trial) {
    const { flow } = trial.flow(5);
    for (const which of ['first', 'second']) {
      const sink = handGranted(flow, { grant: 100 });
      await trial.rest();
      if (which === 'second' && trial.subject.once === true) {
        const consumed = sink.ending?.kind === 'error' && isSluiceError(sink.ending.error) && sink.ending.error.code;
        trial.require(consumed === 'SOURCE_CONSUMED', () => `the second subscription did not say SOURCE_CONSUMED`);
      } else {
        trial.require(
          sink.received.join() === '1,2,3,4,5',
          () => `the ${which} subscription was given ${sink.received.join()}`,
        );
        trial.require(sink.ending?.kind === 'complete', () => `the ${which} subscription did not complete`);
      }
    }
  },
};
