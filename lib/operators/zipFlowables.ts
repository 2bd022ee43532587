import type { Observable, ObservedValueOf } from 'rxjs';
import * as z from 'zod/mini';
import { Flowable } from '../credit/Flowable.js';
import { checkOptions } from '../options/checkOptions.js';
import { stageOptions, type StageOptions } from '../options/common.js';
import { checkFlows } from './together.js';
import { ZipMachine } from './ZipMachine.js';

export interface ZipFlowablesOptions extends StageOptions {
  /** Records of each flow that may wait for the others. Default 16. */
  readonly capacity?: number | undefined;
}

/** What a zip of these flows gives: one value of each, in their order. */
export type Zipped<F extends readonly Observable<unknown>[]> = { -readonly [I in keyof F]: ObservedValueOf<F[I]> };

const SCHEMA = z.strictObject(stageOptions);

/** @internal For the test that changes every option in turn. */
export const ZIP_FLOWABLES_OPTIONS: readonly string[] = Object.keys(SCHEMA.def.shape);

const DEFAULT_CAPACITY = 16;

/**
 * One array of the first records of all flows, then one of the second, and so on. Each flow has an inbox of `capacity` and
 * a credit of its own: the faster one stops when so many of its records wait for the slower one. RxJS's `zip` keeps them
 * in arrays without a bound. What becomes of an array becomes of all records in it.
 *
 * - **Emits** an array when every flow has given a record for it and the stage below has credit.
 * - **Back-pressures** each flow for itself, when `capacity` of its records wait.
 * - **Completes** when one flow has completed and its last record is handed on: what the others had ready is cancelled.
 *   A flow that fails fails the whole, behind the records of its own that were accepted.
 * - **Cancels** the inboxes and all flows at once.
 *
 * In errors, receipt and status the inputs are called `zipFlowables[0]`, `zipFlowables[1]` and so on.
 *
 * @throws SluiceError OPTION where the flows are no array of Observables, or an option is unknown or makes no sense
 *
 * @example
 * zipFlowables([fromPull([1, 2]), fromPull(['one', 'two'])]).subscribe(([n, word]) => console.log(n, word));
 */
export function zipFlowables<const F extends readonly Observable<unknown>[]>(
  flows: F,
  options: ZipFlowablesOptions = {},
): Flowable<Zipped<F>> {
  checkFlows('zipFlowables', flows);
  checkOptions('zipFlowables', SCHEMA, ZIP_FLOWABLES_OPTIONS, options);
  const { name = 'zipFlowables', capacity = DEFAULT_CAPACITY } = options;
  return new Flowable<Zipped<F>>((output) => {
    if (flows.length === 0) output.complete();
    else new ZipMachine<Zipped<F> & readonly unknown[]>(output, { ...options, name, capacity }).start(flows);
  });
}
