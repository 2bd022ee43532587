import { filter, map, timer } from 'rxjs';
import { stage } from 'sluice';
import { probe } from 'sluice/marbles';
import { defineScenario } from './defineScenario.js';

export const filterInALink = defineScenario({
  name: 'filter-in-a-link',
  title: 'A filter in a link costs no credit',
  description:
    'An ordinary RxJS filter above a stage drops every vowel. Credit is spent when a record arrives, not when it departs, so ' +
    'the source gives more records until two have arrived: nothing is owed for those that were dropped, and nothing gets stuck.',
  source: '(abcdefghi|)',
  options: { capacity: 2, workMs: 2 },
  pipeline: ({ source, recorder, options: { capacity, workMs } }) =>
    source.pipe(
      probe('source', recorder),
      filter((letter) => !'aeiou'.includes(letter)),
      probe('consonants', recorder),
      stage((letter: string) => timer(workMs).pipe(map(() => letter)), { name: 'work', capacity }),
      probe('done', recorder),
    ),
  expected: {
    emits: '--b-c-d-f-g-(h|)',
    requests: '2-1-1-1-1-1',
  },
});
