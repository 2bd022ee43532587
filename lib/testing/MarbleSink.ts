import type { Observable, VirtualTimeScheduler } from 'rxjs';
import { CreditAccount } from '../credit/CreditAccount.js';
import { subscribingFor } from './feedsOf.js';
import { handGranted, type HandGranted } from './HandGranted.js';
import type { DemandEvent } from './marbles/parseDemand.js';
import type { Moment } from './marbles/Moment.js';
import { recordMoments } from './recordMoments.js';

/** The consumer of an expectation: a hand-granted sink, or an ordinary subscription where no demand is given. */
export class MarbleSink {
  readonly moments: Moment[] = [];
  private sink: HandGranted<unknown> | null = null;
  private readonly unboundedAccount = CreditAccount.unbounded();

  constructor(
    private readonly scheduler: VirtualTimeScheduler,
    private readonly unbounded: boolean,
  ) {}

  get account(): CreditAccount {
    return this.sink?.account ?? this.unboundedAccount;
  }

  subscribeTo(flow: Observable<unknown>): void {
    const { next, error, complete } = recordMoments(this.scheduler, this.moments);
    if (this.unbounded) {
      subscribingFor(this.unboundedAccount, () => {
        flow.subscribe({ next, error, complete });
      });
    } else this.sink = handGranted(flow, { next, error, complete });
  }

  perform(event: DemandEvent): void {
    if (event.kind === 'cancel') this.sink?.cancel();
    else if (event.count === Infinity) this.sink?.grantAll();
    else this.sink?.grant(event.count);
  }
}
