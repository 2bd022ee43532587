import { Flowable } from '../../../lib/credit/Flowable.js';
import { onSettled } from '../../../lib/records/onSettled.js';
import { mayCommit } from '../../../lib/records/outcome.js';

/** A source as a log with offsets is: it gives numbers, is told what becomes of them, and commits the lowest unsettled. */
export class CommittingLog {
  /** What it was told, in order: '3 delivered'. */
  readonly told: string[] = [];
  /** The next offset it would start from: everything below is done with. */
  committed = 0;
  given = 0;
  readonly source: Flowable<number>;
  private readonly done = new Set<number>();

  constructor(length = Infinity) {
    this.source = new Flowable<number>((subscriber) => {
      onSettled(subscriber, ({ origin, outcome }) => {
        this.told.push(`${String(origin)} ${outcome}`);
        if (mayCommit(outcome)) this.done.add(origin as number);
        while (this.done.delete(this.committed)) this.committed++;
      });
      subscriber.onDemand(() => {
        while (subscriber.balance > 0) {
          if (this.given === length) {
            subscriber.complete();
            return;
          }
          subscriber.next(this.given++);
        }
      });
    });
  }
}
