import { map, timer } from 'rxjs';
import { control, PipelineBackPressureController, stage } from 'sluice';
import type { SluiceError, StageProjectOptions } from 'sluice';
import { probe } from 'sluice/marbles';
import { defineScenario, type ExpectedFlow, type ScenarioDefinition } from './defineScenario.js';

type Overflow = NonNullable<StageProjectOptions<string>['overflow']>;

interface Options {
  readonly overflow: Overflow;
  readonly capacity: number;
  readonly workMs: number;
}

/** The error of rule C8, whatever its words. */
const overflowError = {
  asymmetricMatch: (error: unknown) => (error as Partial<SluiceError> | null)?.code === 'OVERFLOW',
};

/** One source that cannot stop, and each of the five things that can be done about it. */
const policy = (
  overflow: Overflow,
  title: string,
  description: string,
  expected: ExpectedFlow,
): ScenarioDefinition<Options> =>
  defineScenario<Options>({
    name: `overflow-${overflow.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
    title,
    description: `A source that cannot stop gives a record each millisecond, and the work on one takes three. ${description}`,
    source: 'abcdefgh|',
    pushes: true,
    options: { overflow, capacity: 3, workMs: 3 },
    pipeline: ({ source, recorder, options: { overflow: choice, capacity, workMs } }) => {
      const controller = new PipelineBackPressureController({ logger: 'off', signals: 'off' });
      recorder.watch(controller);
      return source.pipe(
        probe('pushed', recorder),
        stage((value: string) => timer(workMs).pipe(map(() => value)), { name: 'work', capacity, overflow: choice }),
        probe('done', recorder),
        control(controller),
      );
    },
    expected,
  });

export const overflowPolicies: readonly ScenarioDefinition<Options>[] = [
  policy(
    'error',
    'Overflow: error',
    'The default: the first record that finds no place fails the stream at once, and says what to choose instead.',
    { emits: '---#', error: overflowError },
  ),
  policy('dropOldest', 'Overflow: dropOldest', 'The record that has waited longest makes room for the newest.', {
    emits: '---a--c--f--g--(h|)',
    exits: ['b drop OVERFLOW', 'd drop OVERFLOW', 'e drop OVERFLOW'],
  }),
  policy('dropNewest', 'Overflow: dropNewest', 'A record that finds no place is refused; those that wait stay.', {
    emits: '---a--b--c--e--(h|)',
    exits: ['d drop OVERFLOW', 'f drop OVERFLOW', 'g drop OVERFLOW'],
  }),
  policy('latest', 'Overflow: latest', 'All that waits makes room for the newest record.', {
    emits: '---a--d--g--(h|)',
    exits: ['b drop OVERFLOW', 'c drop OVERFLOW', 'e drop OVERFLOW', 'f drop OVERFLOW'],
  }),
  policy('reject', 'Overflow: reject', 'A record that finds no place is refused, and its caller is told so.', {
    emits: '---a--b--c--e--(h|)',
    exits: ['d drop OVERFLOW', 'f drop OVERFLOW', 'g drop OVERFLOW'],
  }),
];
