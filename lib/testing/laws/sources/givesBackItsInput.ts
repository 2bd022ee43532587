import { handGranted } from '../../HandGranted.js';
import type { Law } from '../Law.js';
import type { SourceTrial } from './SourceTrial.js';

export const givesBackItsInput: Law<SourceTrial> = {
  rule: 'C9',
  name: 'gives its input back when cancelled',
  intent:
    'An iterator is returned at once, or when its running call ends; nothing comes afterwards and no timer is left.',
  async check(trial) {
    for (const grants of [0, 3]) {
      const { flow, input } = trial.flow(1000);
      const sink = handGranted(flow);
      if (grants > 0) sink.grant(grants);
      if (trial.subject.asynchronous === true) await trial.rest();
      const { taken } = input;
      sink.cancel();
      if (trial.subject.asynchronous === true) await trial.settle();
      trial.require(input.open === 0, () => `after ${String(grants)} grants: the input was not given back`);
      await trial.rest();
      trial.require(input.taken === taken, () => `after ${String(grants)} grants: took more from the input`);
      trial.require(sink.late.length === 0, () => `after ${String(grants)} grants: emitted after the cancellation`);
      const { pending } = trial.scheduler;
      trial.require(pending === 0, () => `after ${String(grants)} grants: ${String(pending)} timers are left`);
    }
    await cancelInside(trial);
  },
};

async function cancelInside(trial: SourceTrial): Promise<void> {
  const { flow, input } = trial.flow(1000);
  const sink = handGranted(flow, {
    grant: 5,
    next: (value, self) => {
      if (value === 2) self.cancel();
    },
  });
  await trial.rest();
  trial.require(sink.received.join() === '1,2', () => `cancelled inside next: gave ${sink.received.join()}`);
  trial.require(input.open === 0, () => `cancelled inside next: the input was not given back`);
}
