import { cancelEachTime, endEachWay } from './cancellations.js';
import { some } from './compareResults.js';
import type { Bench } from './Bench.js';
import type { OperatorLaw } from './OperatorLaw.js';

export const emitsNothingAfterTheEnd: OperatorLaw = {
  rule: 'C9',
  name: 'emits nothing after the end',
  intent:
    'Cancelled, completed or failed, a flow is silent from that call on, whatever its source and its work still do.',
  async check(trial) {
    const judge = async ({ source, sink }: Bench, when: string): Promise<void> => {
      const before = sink.received.length;
      await trial.rest();
      if (source.feeds.length > 0) source.misbehave('emitsAfterUnsubscribe', 9);
      await trial.rest();
      const late = [...sink.late.map(({ kind }) => kind), ...sink.received.slice(before)];
      trial.require(late.length === 0, () => `${when}: ${some(late)} came afterwards`);
    };
    await cancelEachTime(trial, judge);
    await endEachWay(trial, judge);
  },
};
