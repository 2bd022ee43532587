import { firstValueFrom, timer } from 'rxjs';
import { asyncEgress, control, keyGen, PipelineBackPressureController } from 'sluice';
import { probe } from 'sluice/marbles';
import { defineScenario } from './defineScenario.js';

/** Whose order each record is, and the how manieth. B and N begin in the same partition. */
const ORDERS: Readonly<Record<string, string>> = {
  ...{ a: 'B1', b: 'N1', c: 'B2', d: 'N2', e: 'B3', f: 'N3', g: 'B4', h: 'N4' },
  ...{ i: 'B5', j: 'N5', k: 'B6', l: 'N6', m: 'N7', n: 'B7', o: 'N8', p: 'B8' },
};
const customerOf = (order: string): string => (ORDERS[order] ?? order).charAt(0);

export const keyOrderUnderRebalance = defineScenario({
  name: 'key-order-under-rebalance',
  title: 'A key moves to another partition, and keeps its order',
  description:
    'The orders of two customers fall into one partition, which is worked on one after the other, while the other partition has ' +
    'nothing to do. The controller sees it and moves one key group; the key moves when none of its records is in flight.',
  source: '(abcdefgh)----------------------------------(ijklmnop|)',
  options: { numberOfPartitions: 2, keyGroups: 8, workMs: 5 },
  label: (origin) => ORDERS[String(origin)] ?? String(origin),
  key: (origin) => customerOf(String(origin)),
  pipeline: ({ source, recorder, options: { numberOfPartitions, keyGroups, workMs } }) => {
    recorder.addLane('orders');
    const controller = new PipelineBackPressureController({ logger: 'off', signals: 'off', monitoringIntervalMs: 4 });
    const work = Array.from({ length: numberOfPartitions }, (_, partition) =>
      recorder.attempts(`partition ${String(partition)}`, async (order: string) => {
        await firstValueFrom(timer(workMs));
        return order;
      }),
    );
    return source.pipe(
      probe('orders', recorder),
      keyGen({
        ...{ keySelector: customerOf, numberOfPartitions, keyGroups, loadImbalanceThreshold: 2, capacity: 8 },
        onDeadLetter: recorder.letter,
      }),
      asyncEgress({
        name: 'charge',
        order: 'perPartition',
        maxConcurrentOperations: numberOfPartitions,
        capacity: 8,
        onDeadLetter: recorder.letter,
        process: (order: string, info) => work[info.record.partition ?? 0]?.(order, info) ?? Promise.resolve(order),
      }),
      probe('charged', recorder),
      control(controller),
    );
  },
  expected: { emits: '-----a----b----c----d----e----f----g----h--------(ij)-(kl)-(nm)-(po|)' },
});
