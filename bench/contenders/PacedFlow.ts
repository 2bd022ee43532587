import { Flowable, type FlowableSubscriber } from 'sluice';

/** How many records go out at most in one turn of the event loop. */
const MOST_AT_ONCE = 1024;

/**
 * 0, 1, 2 … at a steady rate, whatever becomes of them: each record has a time at which it is due, and one that goes out
 * late is late by that clock. So a stage that falls behind cannot hide it by taking records later.
 */
export class PacedFlow {
  private startedAt = 0;
  private sent = 0;

  /** @param perSecond Infinity: as fast as it goes, in the same way */
  constructor(
    private readonly records: number,
    private readonly perSecond: number,
  ) {}

  readonly flow = new Flowable<number>((subscriber) => {
    this.startedAt = performance.now();
    this.send(subscriber);
  });

  /** Milliseconds since the record was due. */
  lateness(record: number): number {
    return performance.now() - this.startedAt - (record * 1000) / this.perSecond;
  }

  private send(subscriber: FlowableSubscriber<number>): void {
    const { records, perSecond } = this;
    let due = 0;
    const drain = (): void => {
      while (this.sent < due && subscriber.balance > 0) subscriber.next(this.sent++);
    };
    const turn = (): void => {
      const elapsed = performance.now() - this.startedAt;
      due = Math.min(records, this.sent + MOST_AT_ONCE, 1 + Math.floor((elapsed * perSecond) / 1000));
      subscriber.onDemand(drain);
      if (this.sent < records) setImmediate(turn);
      else subscriber.complete();
    };
    turn();
  }
}
