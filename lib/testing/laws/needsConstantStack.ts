import { fromPull } from '../../sources/fromPull.js';
import { countAll } from './countAll.js';
import { naturals } from './naturals.js';
import type { OperatorLaw } from './OperatorLaw.js';
import type { Trial } from './Trial.js';

/** Work that takes time is tried with fewer records: each costs a turn of the event loop. */
export const ASYNCHRONOUS_SHARE = 50;

/** Enough to tell whether an operator is done with what is there before the subscription returns. */
const FEW = 20;

export const needsConstantStack: OperatorLaw = {
  rule: 'C5',
  name: 'needs constant stack',
  intent: 'Neither a hundred thousand nor ten million records that are there at once make the stack any deeper.',
  async check(trial) {
    const share = trial.subject.asynchronous === true || takesTime(trial) ? ASYNCHRONOUS_SHARE : 1;
    const records = Math.ceil(trial.count / share);
    await countAll(trial, () => fromPull(naturals(records)).pipe(trial.subject.make()));
  },
};

/** An operator that was not called asynchronous and is: without this, thousands of timers at once stop a test for hours. */
function takesTime(trial: Trial): boolean {
  let ended = false;
  const end = () => {
    ended = true;
  };
  const subscription = fromPull(naturals(FEW)).pipe(trial.subject.make()).subscribe({ complete: end, error: end });
  subscription.unsubscribe();
  return !ended;
}
