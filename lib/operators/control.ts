import { Observable, type MonoTypeOperatorFunction } from 'rxjs';
import type { StageObserver } from '../control/observedStage.js';
import { CreditAccount } from '../credit/CreditAccount.js';
import { discoverCredit } from '../credit/discovery.js';
import { SluiceError } from '../credit/SluiceError.js';
import { show } from '../options/checkOptions.js';
import { LinkSubscriber } from './LinkSubscriber.js';

/**
 * Puts the stages above under a controller. It stands once, at the end of a pipeline, below the last stage; the stages
 * find it as they find credit.
 *
 * - **Emits** everything, at once.
 * - **Back-pressures** nothing: it is the end.
 * - **Completes** when the source completes.
 * - **Cancels** the source.
 *
 * @throws SluiceError OPTION where the argument is no controller; the stream fails with it where a stage lies below
 *
 * @example
 * fromPull(orders).pipe(gateway(), stage(charge, { concurrency: 20 }), control(controller)).subscribe();
 */
export function control<T>(controller: StageObserver): MonoTypeOperatorFunction<T> {
  if (typeof (controller as Partial<StageObserver> | undefined)?.enrol !== 'function') {
    throw new SluiceError(
      'OPTION',
      `control: controller is ${show(controller)}; give a PipelineBackPressureController`,
    );
  }
  return (source) =>
    new Observable<T>((target) => {
      const { account: below, asks } = discoverCredit(target);
      if (below?.bounded === true) {
        throw new SluiceError('OPTION', `control stands above stage '${below.name}'; put it below the last stage`);
      }
      const account = CreditAccount.unbounded(below?.witness ?? asks);
      account.observer = controller;
      source.subscribe(new LinkSubscriber<T>(target, account, null));
    });
}
