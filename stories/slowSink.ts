import { map, timer } from 'rxjs';
import { stage } from 'sluice';
import { probe } from 'sluice/marbles';
import { defineScenario } from './defineScenario.js';

export const slowSink = defineScenario({
  name: 'slow-sink',
  title: 'A slow sink stops the source',
  description:
    'Eight records are ready at once, and saving one takes three milliseconds. The stage has four places: as soon as they are ' +
    'taken there is no credit, and the source stands still until a place is free. Nothing is buffered anywhere else.',
  source: '(abcdefgh|)',
  options: { capacity: 4, concurrency: 1, saveMs: 3 },
  pipeline: ({ source, recorder, options: { saveMs, ...options } }) =>
    source.pipe(
      probe('source', recorder),
      stage((value: string) => timer(saveMs).pipe(map(() => value)), { name: 'save', ...options }),
      probe('saved', recorder),
    ),
  expected: {
    emits: '---a--b--c--d--e--f--g--(h|)',
    requests: '4-----2-----2',
  },
});
