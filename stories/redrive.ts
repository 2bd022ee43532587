import { timer } from 'rxjs';
import { control, PipelineBackPressureController, SluiceError, stage } from 'sluice';
import { probe } from 'sluice/marbles';
import { defineScenario } from './defineScenario.js';

export const redrive = defineScenario({
  name: 'redrive',
  title: 'Dead letters are sent in again',
  description:
    'A service is out of order until the eighth millisecond, and what comes before it becomes a dead letter. Then redrive sends ' +
    'the letters in again, at the source that they came from, ahead of new records and under the same credit.',
  source: 'ab---c-----------d---|',
  options: { repairedAtMs: 8, redriveAtMs: 10 },
  pipeline: ({ source, recorder, options: { repairedAtMs, redriveAtMs } }) => {
    const controller = new PipelineBackPressureController({ logger: 'off', signals: 'off' });
    recorder.watch(controller);
    let isRepaired = false;
    timer(repairedAtMs).subscribe(() => (isRepaired = true));
    timer(redriveAtMs).subscribe(() => void controller.deadLetters.redrive());
    return source.pipe(
      probe('orders', recorder),
      stage(
        (order: string) => {
          if (!isRepaired) throw new SluiceError('FAILED', 'out of order');
          return order;
        },
        { name: 'service', capacity: 2, onFailure: 'deadLetter' },
      ),
      probe('served', recorder),
      control(controller),
    );
  },
  expected: {
    emits: '----------(abc)--d---|',
    exits: ['a deadLetter FAILED', 'b deadLetter FAILED', 'c deadLetter FAILED'],
  },
});
