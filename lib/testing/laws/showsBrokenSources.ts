import { Subject } from 'rxjs';
import { isProtocolFault } from '../../credit/faults.js';
import { handGranted, type HandGranted } from '../HandGranted.js';
import type { Misbehaviour } from '../misbehaviour.js';
import type { OperatorLaw } from './OperatorLaw.js';
import { naturals } from './naturals.js';
import type { Trial } from './Trial.js';

const DEFAULT_OVERDRAFT = 10_000;

const AFTER_THE_END: readonly Misbehaviour[] = [
  'emitsAfterComplete',
  'emitsAfterError',
  'completesTwice',
  'errorsTwice',
  'errorsAfterComplete',
];

export const showsBrokenSources: OperatorLaw = {
  rule: 'C8',
  name: 'shows a source that breaks the rules',
  intent:
    'A source that emits without credit is an error that names it, or is dropped by a policy: it is never a queue.',
  async check(trial) {
    await emitsWithoutCredit(trial);
    await cannotStop(trial);
    await ignoresBalance(trial);
    await goesOnAfterTheEnd(trial);
  },
};

async function emitsWithoutCredit(trial: Trial): Promise<void> {
  if (trial.subject.takesPushes === true || trial.subject.lossy === true) return;
  const { source, sink } = trial.bench({ stock: naturals(trial.endless) });
  await trial.rest();
  source.misbehave('emitsWithoutCredit', 9);
  await trial.settle();
  requireFault(trial, sink, 'a record that came outside every delivery');
}

async function cannotStop(trial: Trial): Promise<void> {
  const source = new Subject<number>();
  const sink = handGranted(source.pipe(trial.subject.make()));
  for (let n = 1; n <= tooMany(trial) && source.observed; n++) source.next(n);
  await trial.settle();
  if (trial.subject.takesPushes !== true && trial.subject.lossy !== true) {
    requireFault(trial, sink, 'a source that cannot stop');
    return;
  }
  sink.grantAll();
  await trial.rest();
  const { received } = sink;
  trial.require(
    received.length <= Math.max(1, trial.capacity),
    () => `a source that cannot stop filled a queue of ${String(received.length)}`,
  );
}

async function ignoresBalance(trial: Trial): Promise<void> {
  if (trial.subject.takesPushes === true || trial.subject.lossy === true) return;
  const { source, sink } = trial.bench();
  for (let n = 1; n <= tooMany(trial) && source.subscribed; n++) source.misbehave('ignoresBalance', n);
  await trial.settle();
  requireFault(trial, sink, 'a source that ignores its balance');
}

async function goesOnAfterTheEnd(trial: Trial): Promise<void> {
  for (const how of AFTER_THE_END) {
    const bench = trial.bench({ grant: trial.endless });
    bench.source.send(1, 2);
    await trial.rest();
    const before = bench.sink.received.length;
    bench.source.misbehave(how, 9);
    await trial.rest();
    const { late, received } = bench.sink;
    trial.require(late.length === 0, () => `a source that ${how}: ${String(late[0]?.kind)} came after the end`);
    trial.require(!received.slice(before).includes(9), () => `a source that ${how} was believed`);
  }
}

/** More than the places and the overdraft of an ordinary stage. */
function tooMany({ capacity }: Trial): number {
  return capacity + DEFAULT_OVERDRAFT + 500;
}

function requireFault(trial: Trial, { ending }: HandGranted<unknown>, what: string): void {
  trial.require(
    ending?.kind === 'error' && isProtocolFault(ending.error),
    () => `${what} was not shown; the flow ${describe(ending)}`,
  );
}

function describe(ending: HandGranted<unknown>['ending']): string {
  if (ending === null) return 'goes on';
  return ending.kind === 'complete' ? 'completed' : `failed with ${String(ending.error)}`;
}
