import { current } from '../credit/delivery.js';
import type { DeliveredRecord } from '../credit/protocol.js';

/** What is subscribed in `work` belongs to the record that its stage was subscribed for, if any (P1). */
export function inScope(scope: DeliveredRecord | null, work: () => void): void {
  const { producer, record, depth } = current;
  if (scope !== null && scope !== record) {
    // A record that was put by is taken up again: what is subscribed above belongs to it as well.
    current.producer = null;
    current.record = scope;
    current.depth = depth + 1;
  }
  try {
    work();
  } finally {
    current.producer = producer;
    current.record = record;
    current.depth = depth;
  }
}
