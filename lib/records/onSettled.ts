import type { FlowableSubscriber } from '../credit/FlowableSubscriber.js';
import { Bookkeeper } from './Bookkeeper.js';
import type { RecordContext } from './RecordContext.js';

/**
 * For a source that commits, such as a log with offsets: `settled` is called once for each record that the source sent
 * inside its drain, when the record's last descendant has settled. `record.outcome` says whether it may be committed
 * (`mayCommit`). Records settle out of order; commit the lowest unsettled one.
 *
 * A record that vanished in the link, by a filter say, is reported together with the next arrival on that link, or when
 * the link ends, because an operator such as bufferCount may be holding it (P3). One that the link still held when it
 * was unsubscribed or failed is reported as cancelled.
 *
 * Call it before the first record is sent.
 *
 * @example
 * const log = new Flowable<Entry>((subscriber) => {
 *   onSettled(subscriber, (record) => acknowledge(record.origin, record.outcome));
 *   subscriber.onDemand(() => { while (subscriber.balance > 0 && more()) subscriber.next(read()); });
 * });
 */
export function onSettled<T>(subscriber: FlowableSubscriber<T>, settled: (record: RecordContext) => void): void {
  if (subscriber.account.bounded) subscriber.account.ask(new Bookkeeper());
  else subscriber.asks ??= new Bookkeeper();
  subscriber.settled = (record) => {
    settled(record as RecordContext);
  };
}
