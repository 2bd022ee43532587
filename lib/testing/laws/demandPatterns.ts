import type { Bench } from './Bench.js';
import { naturals } from './naturals.js';
import type { Trial } from './Trial.js';

/** A way in which a sink may ask, until the flow has ended or nothing more comes. */
export interface DemandPattern {
  readonly name: string;
  readonly play: (trial: Trial, records: number) => Promise<Bench>;
}

/** More than anybody asks for. */
const EVERYTHING = 2 ** 40;

export const DEMAND_PATTERNS: readonly DemandPattern[] = [
  {
    name: 'all before the subscription',
    play: async (trial, records) => {
      const bench = trial.bench({ stock: naturals(records), grant: EVERYTHING });
      await trial.rest();
      return bench;
    },
  },
  {
    name: 'all after a pause',
    play: async (trial, records) => {
      const bench = trial.bench({ stock: naturals(records) });
      await trial.rest();
      bench.sink.grantAll();
      await trial.rest();
      return bench;
    },
  },
  { name: 'one by one', play: (trial, records) => inSteps(trial, records, () => 1) },
  { name: 'in bursts', play: (trial, records) => inSteps(trial, records, (step) => (step * step) % 7 || 11) },
  {
    name: 'one from inside each next',
    play: async (trial, records) => {
      const bench = trial.bench({
        stock: naturals(records),
        grant: 1,
        next: ({ sink }) => {
          sink.grant(1);
        },
      });
      await trial.rest();
      return bench;
    },
  },
];

async function inSteps(trial: Trial, records: number, count: (step: number) => number): Promise<Bench> {
  const bench = trial.bench({ stock: naturals(records) });
  const { sink } = bench;
  for (let step = 1; sink.ending === null; step++) {
    const before = sink.received.length;
    sink.grant(count(step));
    await trial.rest();
    if (sink.received.length === before && sink.ending === null && sink.balance > 1) break;
  }
  return bench;
}
