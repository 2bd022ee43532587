import { fromPull } from '../../sources/fromPull.js';
import { countAll } from './countAll.js';
import { naturals } from './naturals.js';
import type { OperatorLaw } from './OperatorLaw.js';

/** Work that takes time is tried with fewer records: each costs a turn of the event loop. */
export const ASYNCHRONOUS_SHARE = 50;

export const needsConstantStack: OperatorLaw = {
  rule: 'C5',
  name: 'needs constant stack',
  intent: 'Neither a hundred thousand nor ten million records that are there at once make the stack any deeper.',
  async check(trial) {
    const records = Math.ceil(trial.count / (trial.subject.asynchronous === true ? ASYNCHRONOUS_SHARE : 1));
    await countAll(trial, () => fromPull(naturals(records)).pipe(trial.subject.make()));
  },
};
