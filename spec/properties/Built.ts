import type { OperatorFunction } from 'rxjs';
import { nameOf, type Item } from './Item.js';
import { allInputs, type Visit } from './Visit.js';

/** A step of a plan made ready for one subscription, and what is known of it. */
export interface Built {
  readonly operator: OperatorFunction<Item, Item>;
  readonly isStage: boolean;
  /** Each output ends the stay of the record of the same name. */
  readonly leavesWithResult: boolean;
  /** How many records may come or go between two events. */
  readonly atOnce: number;
  /** In which order results leave, compared with the arrivals. */
  readonly order: 'input' | 'perKey' | 'none';
  /** What must have come out when all is over; null where it cannot be known. */
  model(visit: Visit): readonly Item[] | null;
  mayComplete(visit: Visit): boolean;
  /** It ends before what lies above it has. */
  cutsItself(visit: Visit): boolean;
  /** The name of the input that an output comes from. */
  parentOf(item: Item): string;
}

export function built(operator: OperatorFunction<Item, Item>, special: Partial<Built> = {}): Built {
  return {
    operator,
    isStage: false,
    leavesWithResult: false,
    atOnce: 1,
    order: 'input',
    model: allInputs,
    mayComplete: lastCompleted,
    cutsItself: () => false,
    parentOf: ({ root, path }) => `${String(root)}${path}`,
    ...special,
  };
}

/** What left is what came in, without what the stage told that it gave up. */
export function allButSettled(visit: Visit): Item[] {
  return allInputs(visit).filter((item) => !visit.settledHere.has(nameOf(item)));
}

export function lastCompleted({ inputs }: Visit): boolean {
  return inputs.at(-1)?.ending?.kind === 'complete';
}
