import type { Observable, ObservedValueOf } from 'rxjs';
import * as z from 'zod/mini';
import { Flowable } from '../credit/Flowable.js';
import { checkOptions } from '../options/checkOptions.js';
import { stageOptions, type StageOptions } from '../options/common.js';
import { MergeMachine } from './MergeMachine.js';
import { checkFlows, together } from './together.js';

export type MergeFlowablesOptions = StageOptions;

const SCHEMA = z.strictObject(stageOptions);

/** @internal For the test that changes every option in turn. */
export const MERGE_FLOWABLES_OPTIONS: readonly string[] = Object.keys(SCHEMA.def.shape);

/**
 * Several flows as one, in turns: the flows draw on one credit, and each gives one record a turn as long as it has one.
 * A flow that has nothing is passed over, and one that never stops keeps nobody waiting longer than its turn. All flows
 * are subscribed before the first of them may deliver. Records of one flow keep their order.
 *
 * RxJS's `merge` shares the credit of the stage below as well. It subscribes its flows one by one, so that the first may
 * take all of the credit there is, or never return where no stage lies below.
 *
 * - **Emits** each record at once while the stage below has credit.
 * - **Back-pressures** all flows together when `capacity` records wait here.
 * - **Completes** when all flows have completed and the inbox is empty; a flow that fails fails the whole, behind the
 *   records already accepted.
 * - **Cancels** the inbox and all flows at once.
 *
 * @throws SluiceError OPTION where the flows are no array of Observables, or an option is unknown or makes no sense
 *
 * @example
 * mergeFlowables([fromPull(orders), fromPull(returns)]).pipe(stage(book, { concurrency: 8 })).subscribe();
 */
export function mergeFlowables<const F extends readonly Observable<unknown>[]>(
  flows: F,
  options: MergeFlowablesOptions = {},
): Flowable<ObservedValueOf<F[number]>> {
  type T = ObservedValueOf<F[number]>;
  checkFlows('mergeFlowables', flows);
  checkOptions('mergeFlowables', SCHEMA, MERGE_FLOWABLES_OPTIONS, options);
  return new Flowable<T>((output) => {
    const machine = new MergeMachine<T>(output, options);
    machine.start(together(flows as readonly Observable<T>[], machine.account));
  });
}
