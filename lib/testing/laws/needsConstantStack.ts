import type { Observable } from 'rxjs';
import { CreditSubject } from '../../credit/CreditSubject.js';
import { subscribeWithCredit } from '../../credit/subscribeWithCredit.js';
import { fromPull } from '../../sources/fromPull.js';
import type { Law } from './Law.js';
import { naturals } from './naturals.js';
import type { Trial } from './Trial.js';

/** Work that takes time is tried with fewer records: each costs a turn of the event loop. */
const ASYNCHRONOUS_SHARE = 50;

interface Tally {
  emitted: number;
  ended: boolean;
}

/** Counts a flow. What is returned is called after a pause. */
type Count = (flow: Observable<unknown>, tally: Tally) => (() => void) | undefined;

const SINKS: readonly { readonly name: string; readonly count: Count }[] = [
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

export const needsConstantStack: Law = {
  rule: 'C5',
  name: 'needs constant stack',
  intent: 'Neither a hundred thousand nor ten million records that are there at once make the stack any deeper.',
  async check(trial) {
    const records = Math.ceil(trial.count / (trial.subject.asynchronous === true ? ASYNCHRONOUS_SHARE : 1));
    for (const { name, count } of SINKS) {
      const tally: Tally = { emitted: 0, ended: false };
      try {
        const release = count(fromPull(naturals(records)).pipe(trial.subject.make()), tally);
        await trial.rest();
        release?.();
        await whileItMoves(trial, tally);
      } catch (error) {
        trial.require(false, () => `${name}: threw ${String(error)} after ${String(tally.emitted)} results`);
        continue;
      }
      trial.require(tally.ended, () => `${name}: stopped after ${String(tally.emitted)} results`);
    }
  },
};

async function whileItMoves(trial: Trial, tally: Readonly<Tally>): Promise<void> {
  for (let before = -1; before !== tally.emitted && !tally.ended;) {
    before = tally.emitted;
    await trial.rest();
  }
}
