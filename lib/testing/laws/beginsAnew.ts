import { retry } from 'rxjs';
import { fromPull } from '../../sources/fromPull.js';
import { handGranted, type HandGranted } from '../HandGranted.js';
import { firstOutOfOrder, some, surplus } from './compareResults.js';
import type { OperatorLaw } from './OperatorLaw.js';
import { naturals, range } from './naturals.js';
import type { Trial } from './Trial.js';

const RECORDS = 12;

export const beginsAnew: OperatorLaw = {
  rule: 'C9',
  name: 'begins anew with each subscription',
  intent:
    'State belongs to a subscription: two at once do not mix, and retry finds an operator that remembers nothing.',
  appliesTo: ({ subject }) => subject.lossy !== true,
  async check(trial) {
    await twiceInARow(trial);
    await twoAtOnce(trial);
    await afterAFailure(trial);
  },
};

async function twiceInARow(trial: Trial): Promise<void> {
  const flow = fromPull(naturals(RECORDS)).pipe(trial.subject.make());
  for (const which of ['first', 'second']) {
    const sink = handGranted(flow);
    sink.grantAll();
    await trial.rest();
    compare(trial, sink, range(RECORDS), `the ${which} of two subscriptions`);
  }
}

async function twoAtOnce(trial: Trial): Promise<void> {
  const flow = fromPull(naturals(RECORDS)).pipe(trial.subject.make());
  const sinks = [handGranted(flow), handGranted(flow)];
  for (let grants = 0; grants <= 2 * RECORDS; grants++) {
    for (const sink of sinks) sink.grant(1);
    await trial.rest();
  }
  for (const sink of sinks) {
    sink.grantAll();
    await trial.rest();
    compare(trial, sink, range(RECORDS), 'one of two subscriptions at once');
  }
}

/** What the first attempt accepted is delivered, and then everything again. */
async function afterAFailure(trial: Trial): Promise<void> {
  let attempts = 0;
  const source = fromPull(function* () {
    attempts++;
    yield* naturals(attempts === 1 ? 4 : RECORDS);
    if (attempts === 1) throw new Error('the first attempt fails');
  });
  const sink = handGranted(source.pipe(trial.subject.make(), retry(1)));
  sink.grantAll();
  await trial.rest();
  const results = resultsOf(trial, sink);
  const missing = surplus([...trial.outputs(range(4)), ...trial.outputs(range(RECORDS))], results);
  trial.require(missing.length === 0, () => `after retry: ${some(missing)} never came`);
  trial.require(sink.ending?.kind === 'complete', () => `after retry: it did not complete`);
}

function compare(trial: Trial, sink: HandGranted<unknown>, inputs: readonly number[], which: string): void {
  const results = resultsOf(trial, sink);
  const promised = trial.outputs(inputs);
  const missing = surplus(promised, results);
  const extra = surplus(results, promised);
  trial.require(missing.length === 0, () => `${which}: ${some(missing)} never came`);
  trial.require(extra.length === 0, () => `${which}: ${some(extra)} came once too often`);
  trial.require(sink.ending?.kind === 'complete', () => `${which}: it did not complete`);
  const wrong = firstOutOfOrder(results, promised, trial.subject.order);
  trial.require(wrong === undefined, () => `${which}: out of order`);
}

function resultsOf({ subject }: Trial, { received }: HandGranted<unknown>): readonly unknown[] {
  const { members } = subject;
  return members === undefined ? received : received.flatMap((emitted) => [...members(emitted)]);
}
