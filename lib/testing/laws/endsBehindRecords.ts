import { show } from '../marbles/show.js';
import type { Bench } from './Bench.js';
import type { OperatorLaw } from './OperatorLaw.js';
import { range } from './naturals.js';
import type { Trial } from './Trial.js';

export const completesBehindRecords: OperatorLaw = {
  rule: 'C10',
  name: 'completes behind the records',
  intent: 'Completing a source loses nothing: the end waits until every accepted record has been handed on.',
  check: (trial) => endWith(trial, 'complete'),
};

export const failsBehindRecords: OperatorLaw = {
  rule: 'C10',
  name: 'fails behind the records',
  intent: 'The error of a source waits behind the records it gave before, and arrives as it is.',
  check: (trial) => endWith(trial, 'error'),
};

const FAILURE = new Error('the source fails');

/** No record, one, a few, and more than fit. */
const AMOUNTS = (capacity: number): number[] => [0, 1, 3, capacity + 2];

async function endWith(trial: Trial, kind: 'complete' | 'error'): Promise<void> {
  for (const records of AMOUNTS(trial.capacity)) {
    for (const pause of [true, false]) {
      const judge = (bench: Bench) => {
        judgeEnd(trial, bench, records, kind);
      };
      const bench = trial.bench({ complete: judge, error: judge });
      const { source, sink } = bench;
      source.send(...range(records));
      if (pause) await trial.rest();
      if (kind === 'complete') source.complete();
      else source.error(FAILURE);
      await trial.rest();
      for (let grants = 0; grants <= records && sink.ending === null; grants++) {
        sink.grant(1);
        await trial.rest();
      }
      sink.grantAll();
      await trial.rest();
      trial.require(sink.ending !== null, () => `did not end after ${String(records)} records`);
    }
  }
}

function judgeEnd(trial: Trial, { sink, results }: Bench, records: number, kind: 'complete' | 'error'): void {
  const { ending } = sink;
  trial.require(ending?.kind === kind, () => `the source's ${kind} came as ${show(ending)}`);
  if (ending?.kind === 'error' && kind === 'error') {
    trial.require(ending.error === FAILURE, () => `the error of the source came as ${String(ending.error)}`);
  }
  if (trial.subject.lossy === true) return;
  const promised = trial.outputs(range(records)).length;
  trial.require(
    results.length >= promised,
    () => `ended after ${String(results.length)} of the ${String(promised)} results of ${String(records)} records`,
  );
}
