import { cancelEachTime, endEachWay } from './cancellations.js';
import type { OperatorLaw } from './OperatorLaw.js';

export const leavesNoTimer: OperatorLaw = {
  rule: 'C9',
  name: 'leaves no timer',
  intent: 'A timer that outlives its flow keeps a process awake: at the end, and after a cancellation, none is left.',
  async check(trial) {
    const judge = async (_: unknown, when: string): Promise<void> => {
      await trial.settle();
      const { pending } = trial.scheduler;
      trial.require(pending === 0, () => `${when}: ${String(pending)} timers are left`);
    };
    await cancelEachTime(trial, judge);
    await endEachWay(trial, judge);
  },
};
