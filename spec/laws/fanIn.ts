import { EMPTY, map, timer } from 'rxjs';
import { concatFlowables, fromPull, mergeFlowables, partitionBy, stage, zipFlowables } from '../../lib/index.js';
import type { LawSubject } from '../../lib/testing/index.js';

function* endless(): Generator<number> {
  for (;;) yield 0;
}
const threeLanes = { lanes: 3, keySelector: (n: number) => n };

/** What makes one flow of several, or several of one, for the laws. Where there are several sources, it is one of them. */
export const FAN_IN: Readonly<Record<string, readonly LawSubject[]>> = {
  mergeFlowables: [
    {
      name: 'mergeFlowables',
      make: () => (source) => mergeFlowables([fromPull<number>([]), source], { capacity: 4 }),
      capacity: 4,
      keepsRecords: true,
    },
    {
      name: 'mergeFlowables, one place',
      make: () => (source) => mergeFlowables([source], { capacity: 1 }),
      capacity: 1,
      keepsRecords: true,
    },
  ],
  zipFlowables: [
    {
      name: 'zipFlowables of one',
      make: () => (source) => zipFlowables([source], { capacity: 4 }).pipe(map(([n]) => n)),
      capacity: 4,
      keepsRecords: true,
    },
    {
      name: 'zipFlowables with an endless flow, one place each',
      make: () => (source) => zipFlowables([fromPull(endless), source], { capacity: 1 }).pipe(map(([, n]) => n)),
      capacity: 1,
      // The endless flow's records are in the books as well, which the laws of the ledger do not expect.
    },
  ],
  partitionBy: [
    {
      name: 'partitionBy, lanes without stages',
      make: () => partitionBy({ ...threeLanes, laneCapacity: 2 }, (lane) => lane),
      capacity: 6,
      keepsRecords: true,
      order: 'none',
    },
    {
      name: 'partitionBy, one lane of one place',
      make: () => partitionBy({ ...threeLanes, lanes: 1, laneCapacity: 1 }, (lane) => lane),
      capacity: 1,
      keepsRecords: true,
    },
    {
      name: 'partitionBy, stages in the lanes',
      make: () =>
        partitionBy({ ...threeLanes, laneCapacity: 1 }, (lane) => lane.pipe(stage((n) => n, { capacity: 2 }))),
      capacity: 3 + 3 * 2,
      keepsRecords: true,
      order: 'none',
    },
    {
      name: 'partitionBy, work that takes time',
      make: () =>
        partitionBy({ ...threeLanes, keySelector: (n: number) => n % 4, laneCapacity: 1 }, (lane) =>
          lane.pipe(stage((n) => timer(n % 5).pipe(map(() => n)), { capacity: 2 })),
        ),
      capacity: 3 + 3 * 2,
      keepsRecords: true,
      asynchronous: true,
      order: { perKey: (n) => (n as number) % 4 },
    },
  ],
  concatFlowables: [
    {
      name: 'concatFlowables',
      make: () => (source) => concatFlowables([EMPTY, source, EMPTY]),
      keepsRecords: true,
    },
  ],
};
