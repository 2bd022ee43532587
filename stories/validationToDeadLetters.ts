import { ingressProcessing } from 'sluice';
import { probe } from 'sluice/marbles';
import { defineScenario } from './defineScenario.js';

export const validationToDeadLetters = defineScenario({
  name: 'validation-to-dead-letters',
  title: 'What is invalid becomes a dead letter',
  description:
    'ingressProcessing checks each record; here the even ones are invalid. They leave as dead letters with the reason, and the ' +
    'others go on as if nothing had been: a place is free again as soon as its record has left, whichever way.',
  source: '123456|',
  demand: '1--1----2*',
  options: { capacity: 2 },
  pipeline: ({ source, recorder, options }) =>
    source.pipe(
      probe('orders', recorder),
      ingressProcessing({
        name: 'check',
        validate: (order: string) => Number(order) % 2 === 1,
        onDeadLetter: recorder.letter,
        ...options,
      }),
      probe('valid', recorder),
    ),
  expected: {
    emits: '1--3----(5|)',
    exits: ['2 deadLetter INVALID', '4 deadLetter INVALID', '6 deadLetter INVALID'],
  },
});
