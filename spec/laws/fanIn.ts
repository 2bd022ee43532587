import { EMPTY } from 'rxjs';
import { concatFlowables, fromPull, mergeFlowables } from '../../lib/index.js';
import type { LawSubject } from '../../lib/testing/index.js';

/** What makes one flow of several, for the laws: the source is one of them. */
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
  concatFlowables: [
    {
      name: 'concatFlowables',
      make: () => (source) => concatFlowables([EMPTY, source, EMPTY]),
      keepsRecords: true,
    },
  ],
};
