import type { CreditAccount } from '../../credit/CreditAccount.js';
import type { Bench } from './Bench.js';
import type { OperatorLaw } from './OperatorLaw.js';
import { range } from './naturals.js';
import type { Trial } from './Trial.js';

export const conservesCredit: OperatorLaw = {
  rule: 'C2',
  name: 'conserves credit',
  intent:
    'Credit comes back when its record is done with: none is made, and none leaks, whatever became of the record.',
  appliesTo: ({ capacity }) => capacity > 0,
  async check(trial) {
    const watch = (bench: Bench) => {
      judge(trial, bench);
    };
    const bench = trial.bench({ next: watch, demand: watch });
    const { source, sink } = bench;
    const traffic = 5 * trial.capacity + 3;
    for (let round = 0; round < 2; round++) {
      source.send(...range(traffic).map((n) => n + round * traffic));
      for (let step = 0; step < 10; step++) {
        sink.grant(Math.ceil(traffic / 10));
        await trial.rest();
        judge(trial, bench);
      }
      sink.grant(traffic);
      await trial.rest();
      judge(trial, bench);
    }
    if (trial.subject.lossy === true) return;
    const { pulled } = bench;
    trial.require(
      source.waiting === 0,
      () => `stopped asking after ${String(pulled)} of ${String(2 * traffic)} records`,
    );
    judgeAtRest(trial, bench);
  },
};

/** Granted and not used, and held: together they are never more than the capacity. */
function judge(trial: Trial, bench: Bench): void {
  const account = accountOf(bench);
  if (account === undefined || trial.subject.lossy === true) return;
  const sum = Math.max(0, account.available) + bench.inside;
  trial.require(
    sum <= trial.capacity,
    () =>
      `${String(account.available)} granted and ${String(bench.inside)} held are more than the capacity of ` +
      String(trial.capacity),
  );
  if (!keepsBooks(account)) return;
  trial.require(account.owed >= 0, () => `granted ${String(-account.owed)} more than was earned`);
  trial.require(account.held >= 0, () => `settled ${String(-account.held)} more than arrived`);
}

/** All has passed: the operator holds nothing but what its results have not answered for yet. */
function judgeAtRest(trial: Trial, bench: Bench): void {
  const account = accountOf(bench);
  if (account === undefined || !keepsBooks(account)) return;
  trial.require(
    account.held === bench.inside,
    () => `${String(account.held - bench.inside)} credits did not come back after all records had passed`,
  );
}

function accountOf({ source }: Bench): CreditAccount | undefined {
  return source.feeds[0]?.account;
}

/** An operator made of public parts grants from a CreditSubject, whose account is not told what has been settled. */
function keepsBooks({ settled }: CreditAccount): boolean {
  return settled > 0;
}
