import { asapScheduler, asyncScheduler, Subscriber, type SchedulerLike } from 'rxjs';
import { CreditAccount, liveAncestor } from './CreditAccount.js';
import { current, deliverer } from './delivery.js';
import { discoverCredit } from './discovery.js';
import { Inbox } from './Inbox.js';
import { reportUnhandled } from './inTurn.js';
import type { CreditProducer, DeliveredRecord, Witness } from './protocol.js';
import { enterFrame, insideFrame, leaveFrame, whenShallow } from './trampoline.js';

/** After so many deliveries in a row that did not arrive, a producer lets others run (C7). */
export const DELIVERIES_BEFORE_YIELD = 65_536;

/** A value that did not come from the source, and what its context is to say of it. */
export interface Injection<T> {
  readonly value: T;
  readonly mark: (record: DeliveredRecord) => void;
  /** Called in place of a delivery, where the producer has ended before. */
  readonly giveBack: () => void;
}

const UNBOUNDED = CreditAccount.unbounded();

/**
 * The side of a producer that faces its credit: whom it belongs to, whether it may deliver, and what became of what it
 * delivered. FlowableSubscriber adds the side that faces its link.
 */
export abstract class Producer<T> extends Subscriber<T> implements CreditProducer {
  readonly account: CreditAccount;
  readonly parent: CreditProducer | null;
  readonly children: CreditProducer[] = [];
  flow: object | null = null;
  ended = false;
  completing = false;
  opened = false;
  openedChild = false;
  token: object | null = null;
  hindered = false;
  passingAt = 0;
  unanswered = 0;
  turn = 0;
  childrenAskedAt = -1;
  settled: ((record: DeliveredRecord) => void) | null = null;
  withheld: DeliveredRecord[] | null = null;
  /** Where the records of this link go; `destination` of RxJS, without its null after the end. */
  protected readonly target: Subscriber<T>;
  protected drain: (() => void) | null = null;
  protected running = false;
  protected yielding = false;
  /** Values to be delivered before the source's own. */
  protected injections: Inbox<Injection<T>> | null = null;
  protected completesLater = false;
  /** Deliveries in a row that did not arrive, and the arrivals at which the row began. */
  protected missed = 0;
  protected missedAt = -1;
  protected everMissed = false;
  /** True where it was opened inside the delivery or the end of another producer of the same credit. */
  protected readonly isInner: boolean;
  /** Nothing lies between it and the stage that it feeds, so that each delivery is one arrival at most. */
  protected readonly isDirect: boolean;
  /** The record that this flow belongs to: held until the flow ends (P1). */
  readonly scope: DeliveredRecord | null;
  /** A stage's output is no source: its records have come in already. */
  protected isSource = true;
  scheduler: SchedulerLike = asyncScheduler;

  /** Who opens contexts where nobody below does: an operator in the link, or this source itself, wants them. */
  asks: Witness | null;

  /** @internal */
  constructor(target: Subscriber<T>) {
    super(target);
    this.target = target;
    const { account, asks } = discoverCredit(target);
    this.account = account ?? UNBOUNDED;
    this.isDirect = this.account.entrance === target;
    this.asks = asks;
    const around = deliverer();
    const { record } = current;
    const linked = around !== null && around.account === this.account && this.account.bounded;
    // A flow that a stage opens for a record of its own has that record and no opener.
    const ofStage = around === null && record !== null;
    const opener = linked ? around : ofStage ? null : this.account.tornDown;
    this.parent = liveAncestor(opener);
    this.isInner = opener !== null;
    if (around !== null) {
      around.opened = true;
      if (linked) around.openedChild = true;
    }
    // An operator that had put a record by opens its flow when an earlier one ends: that record is answered.
    const { parent } = this;
    if (parent !== null && parent !== around && parent.unanswered > 0) parent.unanswered--;
    this.scope = opener?.ended === true ? this.account.putBy.take() : this.enclosing(record);
    if (this.isInner) this.account.putBy.flowOpened();
  }

  /** The record inside whose delivery this flow is subscribed, with a reference for the flow (P1). */
  private enclosing(record: DeliveredRecord | null): DeliveredRecord | null {
    // Repeat and retry subscribe again inside a delivery of what has ended: that record is not what this one is about.
    if (deliverer()?.ended === true) return null;
    if (record === null || record.witness !== (this.account.witness ?? this.asks)) return null;
    record.references++;
    return record;
  }

  /** Records that may be sent now: 0 means wait for `drain`. Infinity where no stage lies below. */
  get balance(): number {
    if (!this.ready()) return 0;
    return this.account.bounded ? this.account.limit - this.account.arrivals : Infinity;
  }

  /** The question of every drain loop, asked before each record. */
  ready(): boolean {
    if (this.hindered && !this.readyAllTheSame()) return false;
    return this.account.arrivals < this.account.limit;
  }

  onDemand(drain: () => void): void {
    if (this.closed || this.ended) return;
    const first = this.drain === null;
    this.drain = drain;
    if (first && this.account.bounded) this.account.enrol(this);
    if (first && this.isSource) this.account.witness?.enrolSource(this);
    this.run();
  }

  /** @internal As `onDemand`, for the output of a stage. */
  onStageDemand(drain: () => void): void {
    this.isSource = false;
    this.onDemand(drain);
  }

  run(): void {
    if (this.running || this.yielding || this.ended || this.drain === null) return;
    if (this.account.arrivals >= this.account.limit) return;
    this.running = true;
    const { producer, record, depth } = current;
    enterFrame();
    try {
      if (this.injections !== null) this.sendInjected(this.injections);
      if (this.ready()) this.drain();
    } catch (error) {
      if (this.ended) reportUnhandled(error);
      else this.error(error);
    } finally {
      current.producer = producer;
      current.record = record;
      current.depth = depth;
      this.running = false;
      leaveFrame();
    }
  }

  /** Delivers what has been injected, before the drain. */
  protected abstract sendInjected(injections: Inbox<Injection<T>>): void;

  /** @internal */
  inject(value: unknown, mark: (record: DeliveredRecord) => void, giveBack: () => void): boolean {
    if (this.closed || this.ended || this.drain === null) return false;
    (this.injections ??= new Inbox()).push({ value: value as T, mark, giveBack });
    this.run();
    return true;
  }

  /** Whether the balance is positive; asks nobody and changes nothing. */
  get hasCredit(): boolean {
    return this.account.arrivals < this.account.limit;
  }

  /** Takes part in nothing: the pipeline takes in no more. */
  hold(): void {
    this.yielding = this.hindered = true;
  }

  protected leave(): void {
    if (this.ended) return;
    this.ended = this.hindered = true;
    if (this.drain === null) return;
    for (let next = this.injections?.shift(); next !== undefined; next = this.injections?.shift()) next.giveBack();
    if (this.account.bounded) this.account.leave(this);
    if (this.isSource) this.account.witness?.leaveSource(this);
  }

  /** A delivery did not arrive, or something was subscribed inside it. */
  protected answered(before: number, record: DeliveredRecord | null): void {
    const { account, openedChild } = this;
    this.opened = this.openedChild = false;
    this.token = null;
    if (account.arrivals !== before || !account.bounded) return;
    if (!openedChild) {
      this.everMissed = true;
      if (this.children.length > 0) {
        this.unanswered++;
        if (record !== null) account.putBy.put(record, this);
      }
    }
    if (this.missedAt !== before) {
      this.missedAt = before;
      this.missed = 0;
    }
    if (++this.missed >= DELIVERIES_BEFORE_YIELD) this.yieldToOthers();
  }

  /** Endless synchronous sources would hide an asynchronous link: nothing of it could ever arrive (C7). */
  protected yieldToOthers(): void {
    this.missed = 0;
    this.yielding = this.hindered = true;
    this.add(
      this.scheduler.schedule(() => {
        this.yielding = false;
        this.run();
      }),
    );
  }

  protected readyAllTheSame(): boolean {
    if (this.closed || this.ended || this.yielding) return false;
    if (this.children.length > 0) this.account.offerChildren(this);
    if (this.children.length === 0) {
      this.unanswered = 0;
      this.hindered = this.ended;
    } else if (this.unanswered >= this.account.capacity) return false;
    return !this.ended;
  }

  /** Never from a teardown: RxJS runs it before the operator subscribes the next inner flow. */
  protected pumpLater(): void {
    const { account } = this;
    if (!account.bounded || (account.producers.length === 0 && this.parent === null && account.putBy.size === 0))
      return;
    account.tornDown = this;
    const pump = () => {
      account.tornDown = null;
      account.putBy.releaseIfIdle();
      account.pump();
    };
    if (insideFrame()) whenShallow(pump);
    else asapScheduler.schedule(pump);
  }
}
