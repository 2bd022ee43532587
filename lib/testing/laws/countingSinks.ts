import type { Observable } from 'rxjs';
import { CreditSubject } from '../../credit/CreditSubject.js';
import { subscribeWithCredit } from '../../credit/subscribeWithCredit.js';

/** What a sink has seen that keeps nothing. */
export interface Tally {
  emitted: number;
  ended: boolean;
}

/** Counts a flow. What is returned is called after a pause. */
export type Count = (flow: Observable<unknown>, tally: Tally) => (() => void) | undefined;

/** Sinks for more records than one would keep. */
export const COUNTING_SINKS: readonly { readonly name: string; readonly count: Count }[] = [
  {
    name: 'unbounded demand',
    count: (flow, tally) => {
      flow.subscribe({ next: () => tally.emitted++, complete: () => (tally.ended = true) });
      return undefined;
    },
  },
  {
    name: 'everything wanted after a pause',
    count: (flow, tally) => {
      const credit = new CreditSubject();
      subscribeWithCredit(flow, { next: () => tally.emitted++, complete: () => (tally.ended = true) }, credit);
      return () => {
        credit.next(Number.MAX_SAFE_INTEGER);
      };
    },
  },
  {
    name: 'one more from inside each next',
    count: (flow, tally) => {
      const credit = new CreditSubject();
      const next = (): void => {
        tally.emitted++;
        credit.next(1);
      };
      subscribeWithCredit(flow, { next, complete: () => (tally.ended = true) }, credit);
      credit.next(1);
      return undefined;
    },
  },
];
