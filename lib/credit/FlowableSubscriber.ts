import { asapScheduler, asyncScheduler, Subscriber, type SchedulerLike } from 'rxjs';
import { CreditAccount, liveAncestor } from './CreditAccount.js';
import { current } from './delivery.js';
import { discoverCredit } from './discovery.js';
import type { CreditProducer, DeliveredRecord, Witness } from './protocol.js';
import { inTurn, reportUnhandled } from './inTurn.js';
import { enterFrame, insideFrame, leaveFrame, whenShallow } from './trampoline.js';

/** After so many deliveries in a row that did not arrive, a producer lets others run (C7). */
export const DELIVERIES_BEFORE_YIELD = 65_536;

/** Fates of records that a link held back, as ranks of lib/records. */
const REALLY_DROPPED = 0;
const CANCELLED_WITH_THE_LINK = 4;

const UNBOUNDED = CreditAccount.unbounded();

/**
 * What a Flowable's subscribe function is given: an RxJS Subscriber that also knows how much is wanted.
 *
 * - `balance` says how many records may be sent now.
 * - `onDemand(drain)` registers the producer. `drain` is called whenever there is credit, the first time before
 *   `onDemand` returns. What is sent inside `drain` is a credited delivery; what is sent at any other time is pushed,
 *   as from any Observable.
 */
export class FlowableSubscriber<T> extends Subscriber<T> implements CreditProducer {
  readonly account: CreditAccount;
  readonly parent: CreditProducer | null;
  readonly children: CreditProducer[] = [];
  ended = false;
  completing = false;
  opened = false;
  openedChild = false;
  token: object | null = null;
  hindered = false;
  unanswered = 0;
  settled: ((record: DeliveredRecord) => void) | null = null;
  withheld: DeliveredRecord[] | null = null;
  /** Where the records of this link go; `destination` of RxJS, without its null after the end. */
  private readonly target: Subscriber<T>;
  private drain: (() => void) | null = null;
  private running = false;
  private yielding = false;
  /** Deliveries in a row that did not arrive, and the arrivals at which the row began. */
  private missed = 0;
  private missedAt = -1;
  private everMissed = false;
  /** The record inside whose delivery this flow was subscribed: held until the flow ends (P1). */
  readonly scope: DeliveredRecord | null;
  /** A stage's output is no source: its records have come in already. */
  private isSource = true;
  scheduler: SchedulerLike = asyncScheduler;

  /** Who opens contexts where nobody below does: an operator in the link, or this source itself, wants them. */
  asks: Witness | null;

  /** @internal */
  constructor(target: Subscriber<T>) {
    super(target);
    this.target = target;
    const { account, asks } = discoverCredit(target);
    this.account = account ?? UNBOUNDED;
    this.asks = asks;
    const { producer: around, record } = current;
    const linked = around !== null && around.account === this.account && this.account.bounded;
    this.parent = liveAncestor(linked ? around : this.account.tornDown);
    if (around !== null) {
      around.opened = true;
      if (linked) around.openedChild = true;
    }
    // An operator that had put a record by opens its flow when an earlier one ends: that record is answered.
    const { parent } = this;
    if (parent !== null && parent !== around && parent.unanswered > 0) parent.unanswered--;
    this.scope = record !== null && record.witness === (this.account.witness ?? asks) ? record : null;
    if (this.scope !== null) this.scope.references++;
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

  /** @internal Hands on what a flow of this stage's delivers on the same credit. */
  forward(value: T): void {
    if (!this.closed) this.target.next(value);
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
    const { producer, record } = current;
    enterFrame();
    try {
      this.drain();
    } catch (error) {
      if (this.ended) reportUnhandled(error);
      else this.error(error);
    } finally {
      current.producer = producer;
      current.record = record;
      this.running = false;
      leaveFrame();
    }
  }

  override next(value: T): void {
    if (this.closed || this.ended) return;
    if (!this.running) {
      this.target.next(value);
      return;
    }
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
    this.target.next(value);
    current.producer = around;
    if (account.arrivals === before || this.opened) this.answered(before);
  }

  /** @internal One credited delivery that is `record`'s scope. The caller's reference passes to the scope (P1). */
  deliverRecord(value: T, record: DeliveredRecord): void {
    const { account } = this;
    const before = account.arrivals;
    const { producer, record: outer } = current;
    current.producer = this;
    // Mostly it is the record whose delivery goes on already, and storing a young object in an old one is not free.
    if (outer !== record) current.record = record;
    this.target.next(value);
    current.producer = producer;
    if (outer !== record) current.record = outer;
    if (account.arrivals === before || this.opened) {
      this.answered(before);
      if (account.arrivals === before) record.vanishedIn = this;
    }
    if (this.withheld !== null && account.arrivals !== before) this.releaseWithheld(record);
    if (!account.bounded) record.passedLastStage();
    if (--record.references === 0) record.unheld(this);
  }

  override complete(): void {
    if (this.closed || this.ended) return;
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
      this.confirmWithheld(this.completing || account.completed ? REALLY_DROPPED : CANCELLED_WITH_THE_LINK);
      if (scope !== null && --scope.references === 0) scope.unheld(this.parent);
      if (!ended) this.pumpLater();
    }
  }

  /** What arrives inside complete and error counts as delivered; the others are asked once that is over (C6b). */
  private end(tell: () => void): void {
    const { producer, record } = current;
    this.leave();
    enterFrame();
    current.producer = this;
    current.record = null;
    const restore = () => {
      current.producer = producer;
      current.record = record;
      this.opened = this.openedChild = false;
      this.token = null;
    };
    const release = () => {
      this.unsubscribe();
    };
    const askOthers = () => {
      this.account.pump();
    };
    inTurn(tell, restore, release, askOthers, leaveFrame);
  }

  /** Takes part in nothing: the pipeline takes in no more. */
  hold(): void {
    this.yielding = this.hindered = true;
  }

  private leave(): void {
    if (this.ended) return;
    this.ended = this.hindered = true;
    if (this.drain === null) return;
    if (this.account.bounded) this.account.leave(this);
    if (this.isSource) this.account.witness?.leaveSource(this);
  }

  /** A delivery did not arrive, or something was subscribed inside it. */
  private answered(before: number): void {
    const { account, openedChild } = this;
    this.opened = this.openedChild = false;
    this.token = null;
    if (account.arrivals !== before || !account.bounded || openedChild) return;
    this.everMissed = true;
    if (this.children.length > 0) this.unanswered++;
    if (this.missedAt !== before) {
      this.missedAt = before;
      this.missed = 0;
    }
    if (++this.missed >= DELIVERIES_BEFORE_YIELD) this.yieldToOthers();
  }

  /** Endless synchronous sources would hide an asynchronous link: nothing of it could ever arrive (C7). */
  private yieldToOthers(): void {
    this.missed = 0;
    this.yielding = this.hindered = true;
    this.add(
      this.scheduler.schedule(() => {
        this.yielding = false;
        this.run();
      }),
    );
  }

  private readyAllTheSame(): boolean {
    if (this.closed || this.ended || this.yielding) return false;
    if (this.children.length > 0) this.account.offerChildren(this);
    if (this.children.length === 0) {
      this.unanswered = 0;
      this.hindered = this.ended;
    } else if (this.unanswered >= this.account.capacity) return false;
    return !this.ended;
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

  /** Never from a teardown: RxJS runs it before the operator subscribes the next inner flow. */
  private pumpLater(): void {
    const { account } = this;
    if (!account.bounded || (account.producers.length === 0 && this.parent === null)) return;
    account.tornDown = this.parent;
    const pump = () => {
      account.tornDown = null;
      account.pump();
    };
    if (insideFrame()) whenShallow(pump);
    else asapScheduler.schedule(pump);
  }
}
