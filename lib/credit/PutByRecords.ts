import { Inbox } from './Inbox.js';
import type { CreditProducer, DeliveredRecord } from './protocol.js';

interface PutBy {
  readonly record: DeliveredRecord;
  readonly link: CreditProducer;
}

/**
 * Records that were delivered while inner flows were open, and neither arrived nor opened a flow: an operator such as
 * concatMap has put them by and will open their flows when earlier ones end, in their order. Until then each is held, or
 * its source would be told that it had been dropped (P1, C6b). The parents' allowance bounds how many there are.
 */
export class PutByRecords {
  private readonly waiting = new Inbox<PutBy>();
  private openFlows = 0;

  get size(): number {
    return this.waiting.size;
  }

  put(record: DeliveredRecord, link: CreditProducer): void {
    record.references++;
    this.waiting.push({ record, link });
  }

  /** The record whose flow is opened now, with the reference that was held for it. */
  take(): DeliveredRecord | null {
    return this.waiting.shift()?.record ?? null;
  }

  flowOpened(): void {
    this.openFlows++;
  }

  flowEnded(): void {
    this.openFlows--;
  }

  /** Asked after an ending scope: without an open flow nothing will open the next one, so that what waits was dropped. */
  releaseIfIdle(): void {
    if (this.openFlows === 0) this.release();
  }

  release(): void {
    for (let next = this.waiting.shift(); next !== undefined; next = this.waiting.shift()) {
      const { record, link } = next;
      if (--record.references === 0) record.unheld(link);
    }
  }
}
