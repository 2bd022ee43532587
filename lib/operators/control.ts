import { Observable, type MonoTypeOperatorFunction } from 'rxjs';
import type { StageObserver } from '../control/observedStage.js';
import { CreditAccount } from '../credit/CreditAccount.js';
import { discoverCredit } from '../credit/discovery.js';
import { SluiceError } from '../credit/SluiceError.js';
import type { Witness } from '../credit/protocol.js';
import { show } from '../options/checkOptions.js';
import type { Bookkeeper } from '../records/Bookkeeper.js';
import { Ledger } from '../records/Ledger.js';
import { LinkSubscriber } from './LinkSubscriber.js';

/**
 * Puts the stages above under a controller. It stands once, at the end of a pipeline, below the last stage; the stages
 * find it as they find credit.
 *
 * - **Emits** everything, at once.
 * - **Back-pressures** nothing of its own: a consumer below it (`toAsyncIterable`) grants as if it were not there.
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
      if (below?.isStage === true) {
        throw new SluiceError('OPTION', `control stands above stage '${below.name}'; put it below the last stage`);
      }
      const books = booksFor(below?.witness ?? null, asks);
      const account = below?.bounded === true ? below : CreditAccount.unbounded(books);
      account.witness ??= books;
      account.observer = controller;
      source.subscribe(new LinkSubscriber<T>(target, account, null));
      return controller.keepBooks(books);
    });
}

/** The ledger of the run below, or one of its own, which then opens the contexts for whoever asks below. */
function booksFor(witness: Witness | null, asks: Witness | null): Ledger {
  if (witness !== null && 'count' in witness) return witness as Ledger;
  const asker = asks as Bookkeeper | null;
  if (asker === null) return new Ledger();
  asker.deputy ??= new Ledger();
  return asker.deputy as Ledger;
}
