import { current } from './delivery.js';
import type { Inbox } from './Inbox.js';
import { inTurn } from './inTurn.js';
import { Producer, type Injection } from './Producer.js';
import type { DeliveredRecord } from './protocol.js';
import { inTeardown } from './teardown.js';
import { enterFrame, leaveFrame } from './trampoline.js';

/** Fates of records that a link held back, as ranks of lib/records. */
const REALLY_DROPPED = 0;
const CANCELLED_WITH_THE_LINK = 4;

/**
 * What a Flowable's subscribe function is given: an RxJS Subscriber that also knows how much is wanted.
 *
 * - `balance` says how many records may be sent now.
 * - `onDemand(drain)` registers the producer. `drain` is called whenever there is credit, the first time before
 *   `onDemand` returns. What is sent inside `drain` is a credited delivery; what is sent at any other time is pushed,
 *   as from any Observable.
 */
export class FlowableSubscriber<T> extends Producer<T> {
  /** @internal Hands on what a flow of this stage's delivers on the same credit. */
  forward(value: T): void {
    if (!this.closed) this.target.next(value);
  }

  override next(value: T): void {
    if (this.closed || this.ended) return;
    if (!this.running) {
      this.target.next(value);
      return;
    }
    this.send(value);
  }

  /** @internal `next` for whoever has just asked whether it is ready, inside its drain. */
  send(value: T): void {
    const witness = this.account.witness ?? this.asks;
    if (witness === null) this.deliver(value);
    else if (this.scope === null) this.deliverRecord(value, witness.open(value, this, null));
    else {
      this.scope.references++;
      this.deliverRecord(value, this.scope);
    }
  }

  /** @internal One credited delivery without a context. */
  deliver(value: T): void {
    const { account } = this;
    const before = account.arrivals;
    const around = current.producer;
    current.producer = this;
    current.depth++;
    this.target.next(value);
    current.depth--;
    current.producer = around;
    if (this.opened || (account.bounded && account.arrivals === before)) this.answered(before, null);
  }

  /** @internal `deliver` for a stage that passes on what is being delivered to it: there is no delivery to save. */
  passOn(value: T): void {
    const { account } = this;
    const before = account.arrivals;
    this.passingAt = current.depth;
    if (account.passer !== this && account.bounded) account.passer = this;
    this.target.next(value);
    this.passingAt = 0;
    if (this.opened || (account.bounded && account.arrivals === before)) this.answered(before, null);
  }

  /** @internal `deliverRecord` for a stage that passes on the very record that is being delivered to it. */
  passRecordOn(value: T, record: DeliveredRecord): void {
    const { account } = this;
    const before = account.arrivals;
    this.passingAt = current.depth;
    if (account.passer !== this && account.bounded) account.passer = this;
    try {
      this.target.next(value);
    } finally {
      this.passingAt = 0;
      this.closeScope(record, before, false);
    }
  }

  /** @internal `passRecordOn` for a stage whose stage below may want the context for itself: see `deliverRecord`. */
  handRecordOn(value: T, record: DeliveredRecord): void {
    const { account } = this;
    account.handsOver = this.isDirect;
    const before = account.arrivals;
    this.passingAt = current.depth;
    if (account.passer !== this && account.bounded) account.passer = this;
    try {
      this.target.next(value);
    } finally {
      this.passingAt = 0;
      this.closeScope(record, before, this.wasHandedOver());
    }
  }

  /**
   * @internal One credited delivery that is `record`'s scope. The caller's reference passes to the scope (P1), and on a
   * link without operators to the arrival, which is the only one.
   */
  deliverRecord(value: T, record: DeliveredRecord): void {
    const { account } = this;
    const before = account.arrivals;
    const { producer, record: outer, depth } = current;
    current.producer = this;
    current.depth = depth + 1;
    // Mostly it is the record whose delivery goes on already, and storing a young object in an old one is not free.
    if (outer !== record) current.record = record;
    account.handsOver = this.isDirect;
    try {
      this.target.next(value);
    } finally {
      // The scope closes whatever is thrown through it: a teardown's error must not keep a permit.
      current.producer = producer;
      current.depth = depth;
      if (outer !== record) current.record = outer;
      this.closeScope(record, before, this.wasHandedOver());
    }
  }

  /** The arrival has taken the delivery's reference. */
  private wasHandedOver(): boolean {
    if (!this.isDirect) return false;
    const { account } = this;
    const wasTaken = !account.handsOver;
    account.handsOver = false;
    return wasTaken;
  }

  private closeScope(record: DeliveredRecord, before: number, wasHandedOver: boolean): void {
    const { account } = this;
    if (!account.bounded) {
      if (this.opened) this.answered(before, record);
      record.passedLastStage();
    } else if (account.arrivals === before) {
      this.answered(before, record);
      record.vanishedIn = this;
    } else {
      if (this.opened) this.answered(before, record);
      if (this.withheld !== null) this.releaseWithheld(record);
    }
    if (wasHandedOver) return;
    if (--record.references === 0) record.unheld(this);
  }

  protected override sendInjected(injections: Inbox<Injection<T>>): void {
    const witness = this.account.witness ?? this.asks;
    while (witness !== null && injections.size > 0 && this.ready()) {
      const { value, mark } = injections.shift() as Injection<T>;
      const record = witness.open(value, this, null);
      mark(record);
      this.deliverRecord(value, record);
    }
    if (injections.size === 0 && this.completesLater) this.complete();
  }

  override complete(): void {
    if (this.closed || this.ended) return;
    if (this.injections !== null && this.injections.size > 0) {
      this.completesLater = true;
      return;
    }
    if (this.everMissed) this.account.unaccounted = true;
    this.completing = true;
    this.end(() => {
      this.target.complete();
    });
  }

  override error(error: unknown): void {
    if (this.closed || this.ended) return;
    this.end(() => {
      this.target.error(error);
    });
  }

  override unsubscribe(): void {
    if (this.closed) return;
    const { ended, scope, account } = this;
    try {
      super.unsubscribe();
    } finally {
      this.leave();
      if (this.isInner) account.putBy.flowEnded();
      this.confirmWithheld(this.completing || account.completed ? REALLY_DROPPED : CANCELLED_WITH_THE_LINK);
      if (scope !== null && --scope.references === 0) {
        inTeardown(() => {
          scope.unheld(this.parent);
        });
      }
      if (!ended) this.pumpLater();
    }
  }

  /** What arrives inside complete and error counts as delivered; the others are asked once that is over (C6b). */
  private end(tell: () => void): void {
    const { producer, record, depth } = current;
    this.leave();
    enterFrame();
    current.producer = this;
    current.record = null;
    current.depth = depth + 1;
    const restore = () => {
      current.producer = producer;
      current.record = record;
      current.depth = depth;
      this.opened = this.openedChild = false;
      this.token = null;
    };
    const release = () => {
      this.unsubscribe();
    };
    const askOthers = () => {
      this.account.putBy.releaseIfIdle();
      this.account.pump();
    };
    inTurn(tell, restore, release, askOthers, leaveFrame);
  }

  private releaseWithheld(record: DeliveredRecord): void {
    const { withheld } = this;
    this.withheld = null;
    if (withheld !== null) record.adopt(withheld);
  }

  private confirmWithheld(fate: 0 | 4): void {
    const { withheld } = this;
    this.withheld = null;
    if (withheld !== null) for (const record of withheld) record.confirm(fate);
  }
}
