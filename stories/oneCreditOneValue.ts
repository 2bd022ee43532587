import { stage } from 'sluice';
import { probe } from 'sluice/marbles';
import { defineScenario } from './defineScenario.js';

export const oneCreditOneValue = defineScenario({
  name: 'one-credit-one-value',
  title: 'One credit, one value',
  description:
    'The consumer grants credit in marbles, --1--2---1. The source has all its records ready and gives one for each credit: ' +
    'the stage has one place, and asks for the next record when the last one has left.',
  source: '(abcde|)',
  demand: '--1---2----1---1',
  options: { capacity: 1 },
  pipeline: ({ source, recorder, options }) =>
    source.pipe(
      probe('source', recorder),
      stage((value: string) => value.toUpperCase(), { name: 'upper case', ...options }),
      probe('consumer', recorder),
    ),
  expected: {
    emits: '--A---(BC)-D---(E|)',
    requests: '1-1---(11)-1',
  },
});
