import type { CreditAccount } from './CreditAccount.js';
import type { CreditLine, CreditProducer, DeliveredRecord, Delivery } from './protocol.js';

/**
 * The delivery of this moment. It hangs on a global symbol, because two copies of the library in one process must see
 * the same delivery, or each would take the other's records for pushed ones.
 */
const KEY = Symbol.for('sluice.delivery.1');
const home = globalThis as { [KEY]?: Delivery };
export const current: Delivery = (home[KEY] ??= { producer: null, record: null, depth: 0 });

/** Who delivers at this moment: the producer of the delivery, or the last of the stages that passed its record on. */
export function deliverer(): CreditProducer | null {
  let producer = current.producer;
  while (producer !== null) {
    const output: CreditProducer | null = producer.account.output;
    if (output === null || output.passingAt !== current.depth) break;
    producer = output;
  }
  return producer;
}

/** `deliverer()?.account === account`, asked of every arrival: without a walk. */
export function isDeliveryOf(account: CreditAccount): boolean {
  const { producer, depth } = current;
  if (producer === null) return false;
  const { output, passer } = account;
  // What arrives inside the pass of the stage itself comes from below it.
  if (output !== null && output.passingAt === depth) return false;
  return producer.account === account || (passer !== null && passer.passingAt === depth);
}

/** The record of this delivery at the end of a flow, unless its context is kept for a flow around this one. */
export function recordAt(account: CreditLine): DeliveredRecord | null {
  const { record } = current;
  if (record === null) return null;
  return record.witness === (account.witness ?? deliverer()?.asks) ? record : null;
}
