import type { Bench } from './Bench.js';
import { naturals } from './naturals.js';
import type { Trial } from './Trial.js';

/** A moment at which a sink may cancel. */
export interface Moment {
  readonly name: string;
  readonly reach: (trial: Trial, bench: Bench) => Promise<void> | void;
}

const MOMENTS: readonly Moment[] = [
  { name: 'before it wants anything', reach: (trial) => trial.rest() },
  { name: 'in the turn of the subscription', reach: () => undefined },
  {
    name: 'with work under way',
    reach: (_, { sink }) => {
      sink.grant(2);
    },
  },
  {
    name: 'a millisecond later',
    reach: async (trial, { sink }) => {
      sink.grant(2);
      await trial.scheduler.advance(1);
    },
  },
  {
    name: 'with results that wait',
    reach: async (trial, { sink }) => {
      sink.grant(3);
      await trial.rest();
    },
  },
];

/** Cancels a flow at each moment, and hands it over in the same turn. */
export async function cancelEachTime(
  trial: Trial,
  judge: (bench: Bench, when: string) => Promise<void> | void,
): Promise<void> {
  for (const { name, reach } of MOMENTS) {
    const bench = trial.bench({ stock: naturals(trial.endless) });
    await reach(trial, bench);
    bench.sink.cancel();
    await judge(bench, `cancelled ${name}`);
  }
}

/** Lets a flow complete and another one fail, with all results taken, and hands them over in the same turn. */
export async function endEachWay(
  trial: Trial,
  judge: (bench: Bench, when: string) => Promise<void> | void,
): Promise<void> {
  for (const how of ['completed', 'failed'] as const) {
    const bench = trial.bench({ grant: trial.endless });
    bench.source.send(1, 2, 3);
    if (how === 'completed') bench.source.complete();
    else bench.source.error(new Error('the source fails'));
    await trial.rest();
    await judge(bench, how);
  }
}
