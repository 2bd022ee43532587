import type { Observable, VirtualTimeScheduler } from 'rxjs';
import { CreditAccount } from '../credit/CreditAccount.js';
import { heldAbove, subscribingFor } from './feedsOf.js';
import { handGranted, type HandGranted } from './HandGranted.js';
import type { DemandEvent } from './marbles/parseDemand.js';
import type { Moment } from './marbles/Moment.js';
import { recordMoments } from './recordMoments.js';

/** The consumer of an expectation: a hand-granted sink, or an ordinary subscription where no demand is given. */
export class MarbleSink {
  readonly moments: Moment[] = [];
  private sink: HandGranted<unknown> | null = null;
  private readonly unboundedAccount = CreditAccount.unbounded();

  private received = 0;
  private over = false;

  constructor(
    private readonly scheduler: VirtualTimeScheduler,
    private readonly unbounded: boolean,
  ) {}

  get account(): CreditAccount {
    return this.sink?.account ?? this.unboundedAccount;
  }

  subscribeTo(flow: Observable<unknown>): void {
    const observer = recordMoments(this.scheduler, this.moments);
    const next = (value: unknown): void => {
      this.received++;
      observer.next(value);
    };
    const error = (cause: unknown): void => {
      this.over = true;
      observer.error(cause);
    };
    const complete = (): void => {
      this.over = true;
      observer.complete();
    };
    if (this.unbounded) {
      subscribingFor(this.unboundedAccount, () => {
        flow.subscribe({ next, error, complete });
      });
    } else this.sink = handGranted(flow, { next, error, complete });
  }

  /** Records that the flow holds: none once it has ended or was cancelled. */
  get held(): number {
    return this.over ? 0 : heldAbove(this.account, this.received);
  }

  perform(event: DemandEvent): void {
    if (event.kind === 'cancel') {
      this.over = true;
      this.sink?.cancel();
    } else if (event.count === Infinity) this.sink?.grantAll();
    else this.sink?.grant(event.count);
  }
}
