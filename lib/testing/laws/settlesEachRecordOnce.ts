import { Ledger } from '../../records/Ledger.js';
import type { LedgerCount } from '../../records/Ledger.js';
import { OUTCOMES } from '../../records/outcome.js';
import type { Bench } from './Bench.js';
import type { OperatorLaw } from './OperatorLaw.js';
import { naturals } from './naturals.js';
import type { Trial } from './Trial.js';

export const settlesEachRecordOnce: OperatorLaw = {
  rule: 'P2',
  name: 'settles each record once',
  intent:
    'What came in is, at every instant, what was settled with an outcome and what is in flight, and nothing else.',
  appliesTo: ({ subject }) => subject.keepsRecords === true,
  async check(trial) {
    await toTheEnd(trial);
    await cancelled(trial);
  },
};

async function toTheEnd(trial: Trial): Promise<void> {
  const ledger = new Ledger();
  const watch = (bench: Bench) => {
    judge(trial, bench, ledger);
  };
  const records = trial.plenty;
  const bench = trial.bench({ stock: naturals(records), witness: ledger, next: watch, demand: watch });
  await trial.rest();
  judge(trial, bench, ledger);
  for (let step = 0; step < 5; step++) {
    bench.sink.grant(Math.ceil(records / 5));
    await trial.rest();
    judge(trial, bench, ledger);
  }
  bench.sink.grantAll();
  await trial.rest();
  const count = ledger.count();
  trial.require(count.in === records, () => `${String(records)} records came in as ${String(count.in)}`);
  trial.require(count.inFlight === 0, () => `${String(count.inFlight)} records were never settled`);
  trial.require(count.cancelled === 0, () => `${String(count.cancelled)} records were cancelled by nobody`);
  for (const { stage, held } of count.stages) {
    trial.require(held === 0, () => `stage '${stage}' holds ${String(held)} records at the end`);
  }
}

async function cancelled(trial: Trial): Promise<void> {
  const ledger = new Ledger();
  const bench = trial.bench({ stock: naturals(trial.plenty), witness: ledger, grant: 2 });
  await trial.scheduler.advance(1);
  const { inFlight, cancelled: before } = ledger.count();
  bench.sink.cancel();
  const count = ledger.count();
  trial.require(count.inFlight === 0, () => `${String(count.inFlight)} records were in flight after the cancellation`);
  const settledSince = count.cancelled - before;
  trial.require(
    settledSince === inFlight,
    () => `of ${String(inFlight)} records in flight ${String(settledSince)} were settled as cancelled`,
  );
  await trial.rest();
  balance(trial, ledger.count());
}

function judge(trial: Trial, { pulled, inside }: Bench, ledger: Ledger): void {
  const count = ledger.count();
  balance(trial, count);
  trial.require(count.in <= pulled, () => `${String(pulled)} records came in as ${String(count.in)}`);
  if (trial.subject.lossy !== true) {
    trial.require(
      count.inFlight >= inside,
      () => `${String(inside)} records are held and ${String(count.inFlight)} are in flight`,
    );
  }
  const bound = Math.max(1, trial.capacity);
  trial.require(count.peakLive <= bound, () => `${String(count.peakLive)} were live, with ${String(bound)} places`);
}

function balance(trial: Trial, count: LedgerCount): void {
  const settled = OUTCOMES.reduce((sum, outcome) => sum + count[outcome], 0);
  trial.require(
    count.in === settled + count.inFlight && count.inFlight >= 0,
    () => `in ${String(count.in)} is not ${String(settled)} settled and ${String(count.inFlight)} in flight`,
  );
}
