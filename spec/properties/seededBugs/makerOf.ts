import type { FlowableSubscriber } from '../../../lib/credit/FlowableSubscriber.js';
import { Flowable, type StageProjectOptions } from '../../../lib/index.js';
import type { StageMachine } from '../../../lib/operators/StageMachine.js';
import { type Project, type ProjectSettings } from '../../../lib/operators/StageMachine.js';
import type { Item } from '../Item.js';
import type { StageMaker } from '../stageSteps.js';

export type ItemMachine = StageMachine<Item, Item>;

type MachineClass = new (
  output: FlowableSubscriber<Item>,
  project: Project<Item, Item>,
  settings: ProjectSettings<Item>,
) => ItemMachine;

/** `stage`, with another machine in it. */
export function makerOf(Machine: MachineClass, retries = false): StageMaker {
  const make = (project: Project<Item, Item>, options: StageProjectOptions<Item>) => {
    const { capacity = 8, concurrency = 1, order = 'input', onFailure = 'error', onDeadLetter, overdraft } = options;
    const settings = { ...options, capacity, concurrency, order, onFailure, onDeadLetter, overdraft };
    return (source: Flowable<Item>) =>
      new Flowable<Item>((output) => {
        new Machine(output, project, { ...settings, overflow: 'error' }).start(source);
      });
  };
  return Object.assign(make as StageMaker, { retries });
}
