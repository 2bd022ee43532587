import { map, mergeMap, timer } from 'rxjs';
import { stage } from 'sluice';
import { probe } from 'sluice/marbles';
import { defineScenario } from './defineScenario.js';

export const expansionAndOverdraft = defineScenario({
  name: 'expansion-and-overdraft',
  title: 'An expansion overdraws the credit, and repays it',
  description:
    'A mergeMap in the link makes three records of one. They all arrive, so that the credit goes below nothing: an overdraft. The ' +
    'source is not pulled again before it is repaid. What makes many of one by design belongs into expandStage, which never overdraws.',
  source: '(ab|)',
  options: { capacity: 2, workMs: 1 },
  pipeline: ({ source, recorder, options: { capacity, workMs } }) =>
    source.pipe(
      probe('source', recorder),
      mergeMap((letter) => [1, 2, 3].map((part) => `${letter}${String(part)}`)),
      probe('parts', recorder),
      stage((part: string) => timer(workMs).pipe(map(() => part)), { name: 'work', capacity }),
      probe('done', recorder),
    ),
  label: (_, value) => String(value),
  key: (origin) => String(origin),
  expected: {
    emits: '-xyzuv(w|)',
    values: { x: 'a1', y: 'a2', z: 'a3', u: 'b1', v: 'b2', w: 'b3' },
    requests: '2-2',
  },
});
