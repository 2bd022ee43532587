import { countAll } from '../countAll.js';
import type { Law } from '../Law.js';
import { ASYNCHRONOUS_SHARE } from '../needsConstantStack.js';
import type { SourceTrial } from './SourceTrial.js';

export const sourceNeedsConstantStack: Law<SourceTrial> = {
  rule: 'C5',
  name: 'needs constant stack',
  intent: 'An input of any length is read in a loop and not in a recursion, with and without credit.',
  async check(trial) {
    const records = Math.ceil(trial.count / (trial.subject.asynchronous === true ? ASYNCHRONOUS_SHARE : 1));
    await countAll(trial, () => trial.flow(records).flow, records);
  },
};
