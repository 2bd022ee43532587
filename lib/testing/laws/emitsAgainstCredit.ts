import { isProtocolFault } from '../../credit/faults.js';
import type { Bench } from './Bench.js';
import type { OperatorLaw } from './OperatorLaw.js';
import { naturals } from './naturals.js';
import type { Trial } from './Trial.js';

/** What the sink grants, one after the other, with time to rest in between. */
const GRANTS = [1, 2, 5, 1, 3];

export const emitsAgainstCredit: OperatorLaw = {
  rule: 'C1',
  name: 'emits only against credit',
  intent: 'What reaches a consumer was asked for, so that the consumer decides how much memory it costs.',
  async check(trial) {
    const bench = trial.bench({
      stock: naturals(trial.endless),
      next: (at) => {
        judge(trial, at);
      },
    });
    await trial.rest();
    judge(trial, bench);
    for (const count of GRANTS) {
      bench.sink.grant(count);
      await trial.rest();
      judge(trial, bench);
    }
  },
};

function judge(trial: Trial, { sink }: Bench): void {
  const { received, granted, ending } = sink;
  trial.require(received.length <= granted, () => `emitted ${String(received.length)} with ${String(granted)} granted`);
  if (ending?.kind !== 'error') return;
  const { error } = ending;
  trial.require(!isProtocolFault(error), () => `broke the protocol at the sink: ${String(error)}`);
}
