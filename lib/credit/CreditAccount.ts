import { accountsBelow } from './accountsBelow.js';
import { PutByRecords } from './PutByRecords.js';
import type { CreditLine, CreditProducer, DeliveredRecord, Holder, Witness } from './protocol.js';

/** Stages nest on the stack up to this many; the next one goes through its inbox and a postponed drain (C5). */
export const STAGES_ON_THE_STACK = 32;

/** The least that expansion in a link may overdraw, whatever the capacity (C3). */
const LEAST_OVERDRAFT = 10_000;

/** What of a CreditSubject can be known without RxJS. */
export interface GrantAnnouncements {
  subscribe(next: (count: number) => void): { unsubscribe(): void };
}

/**
 * The arithmetic of one stage's credit, free of RxJS. Four counters that only grow, and everything else follows:
 *
 *     available = granted - arrivals            (negative during an overdraft)
 *     held      = arrivals - settled            (in the inbox or in work)
 *     owed      = settled + capacity - granted - lent
 *
 * so that available + owed + lent + held = capacity at every instant (C2).
 *
 * It also asks the producers that share the credit, children before parents and fairly per arrival (C6, C6b).
 */
export class CreditAccount implements CreditLine {
  granted = 0;
  arrivals = 0;
  settled = 0;
  lent = 0;
  /** Records that a limit above lets on their way at the same time. */
  limitAbove = Infinity;
  /** Records that the stage must hold at once to do all that its options say: its concurrency, or a whole batch. */
  concurrency = 1;
  batch = 1;
  /** Producers may deliver while `arrivals < limit`. It is `granted`, or less while producers take turns. */
  limit = 0;
  /** The value of `settled` at which owed credit is granted again (C4). */
  replenishAt: number;
  /** The output of the stage whose account this is. */
  output: CreditProducer | null = null;
  /** The stage that grants it, where its records can be given back. */
  holder: Holder | null = null;
  /** The producer that last passed a record straight on to here. */
  passer: CreditProducer | null = null;
  /** How many producers have come and gone. */
  left = 0;
  /** Where the records arrive, if it is a stage that wants each context for itself; null for all others. */
  entrance: object | null = null;
  /** A delivery's own reference to its record is there for the arrival to take (P1). */
  handsOver = false;
  /** Credited producers without a live parent. */
  readonly producers: CreditProducer[] = [];
  /** The entrance has completed: what vanished in the link was dropped for good (P3). */
  completed = false;
  /** An ended producer's records went into a link that has not answered for them: they may still come (C7). */
  unaccounted = false;
  /** A producer that was torn down and whose operator may be about to subscribe the next one (C6b). */
  tornDown: CreditProducer | null = null;
  /** Records whose flow an operator will open later. */
  readonly putBy = new PutByRecords();
  /** Whose turn it is among the producers. */
  turn = 0;
  /** Who wants to know about records, if anybody (P4). */
  witness: Witness | null;
  /** Whoever watches over the pipeline, as lib/control knows it; found from below as credit is. */
  observer: unknown = null;
  /** Where grants are announced, for whoever wants to see them; null where nothing is granted. */
  grants: GrantAnnouncements | null = null;
  /** True where a granter exists: false means unbounded demand, as below the last stage (C14). */
  readonly bounded: boolean;
  /** How many stages lie below this one, itself included. */
  depth: number;
  /** Where records go from here beside `below`: a stage that divides them has a link for each branch. */
  branches: readonly CreditAccount[] = [];
  /** Each record goes into one of the branches; false: into each of them. */
  divides = true;
  /** What had been granted when all producers were asked and left credit over. */
  private askedAt = -1;
  private pumping = false;
  private pumpAgain = false;

  constructor(
    /** The stage's name, for error messages. */
    readonly name: string,
    /** How many records the inbox and the work hold together, which is what the stage grants; 0: unbounded. */
    readonly capacity: number,
    /** The account that this stage's output draws on; null at the end of a pipeline. */
    readonly below: CreditAccount | null,
    readonly overdraft: number = Math.max(capacity, LEAST_OVERDRAFT),
  ) {
    this.bounded = capacity > 0;
    this.depth = below === null ? 0 : below.depth + 1;
    this.witness = below === null ? null : below.witness;
    this.observer = below?.observer ?? null;
    this.replenishAt = this.lowWater();
    // Nothing arrives at an unbounded account, so that one is as good as infinitely many, and stays a small integer.
    if (!this.bounded) this.granted = this.limit = 1;
  }

  /** The end of a pipeline: whatever arrives is taken. */
  static unbounded(witness: Witness | null = null): CreditAccount {
    const account = new CreditAccount('the end of the pipeline', 0, null);
    account.witness = witness;
    return account;
  }

  /** True where a stage grants it; false at the end of a pipeline, whether a consumer counts there or not. */
  get isStage(): boolean {
    return this.below !== null || this.branches.length > 0;
  }

  get available(): number {
    return this.granted - this.arrivals;
  }

  get owed(): number {
    return this.settled + this.capacity - this.granted - this.lent;
  }

  get held(): number {
    return this.arrivals - this.settled;
  }

  get overdrawn(): boolean {
    return this.arrivals - this.granted > this.overdraft;
  }

  /** Every 32nd stage breaks the stack, so that a chain of thousands does not exhaust it. */
  get breaksStack(): boolean {
    return this.depth > 0 && this.depth % STAGES_ON_THE_STACK === 0;
  }

  /** Nothing can arrive and nothing waits to be worked on: whatever is owed must be granted now, however little. */
  starved(waiting: number): boolean {
    return waiting === 0 && this.granted <= this.arrivals && this.owed > 0;
  }

  /** Takes a reference for the record that is arriving: that of its delivery, where it is there to be taken (P1). */
  hold(record: DeliveredRecord): void {
    if (this.handsOver) this.handsOver = false;
    else record.references++;
  }

  /** A record that is turned away at the entrance: counted, and without a place. */
  turnAway(): void {
    this.arrivals++;
    this.settled++;
    this.granted++;
    this.limit++;
  }

  /** A push takes a place that is owed, before anybody else is offered it. */
  takeOwedPlace(): void {
    this.arrivals++;
    this.granted++;
    this.limit++;
  }

  /** Places that are neither taken nor lent, granted or not. */
  get free(): number {
    return this.capacity - this.held - this.lent;
  }

  /** The most records that the limits above let arrive here; set by a gateway for all below it. */
  get reachable(): number {
    return Math.min(this.capacity, this.limitAbove);
  }

  /** Takes credit out of circulation: first what is owed, then what nobody has used yet. Returns how much. */
  lend(count: number): number {
    const fromOwed = Math.max(0, Math.min(count, this.owed));
    const fromAvailable = Math.max(0, Math.min(count - fromOwed, this.available));
    this.granted -= fromAvailable;
    this.limit = Math.min(this.limit, this.granted);
    this.lent += fromOwed + fromAvailable;
    this.replenishAt = this.settled + this.lowWater();
    return fromOwed + fromAvailable;
  }

  /** Books a grant. The caller announces it, then pumps. */
  grant(count: number): void {
    this.granted += count;
    if (!this.pumping) this.limit = this.granted;
    this.replenishAt = this.settled + this.lowWater();
  }

  /** Asks the witness of every account from here to the end: contexts travel from now on. */
  ask(witness: Witness): void {
    // The end is shared by all pipelines that nobody watches: it is never asked.
    if (!this.bounded) return;
    this.witness ??= witness;
    for (const { account } of accountsBelow(this)) account.witness ??= witness;
  }

  /** The links of these begin at this stage, which stands above all that is in them. */
  branchInto(branches: readonly CreditAccount[], divides = true): void {
    this.branches = branches;
    this.divides = divides;
    for (const { depth } of branches) this.depth = Math.max(this.depth, depth + 1);
  }

  enrol(producer: CreditProducer): void {
    const parent = liveAncestor(producer.parent);
    if (parent === null) this.producers.push(producer);
    else {
      parent.children.push(producer);
      parent.hindered = true;
    }
  }

  /** The producer is done; its children pass to its parent. */
  leave(producer: CreditProducer): void {
    this.left++;
    if (this.passer === producer) this.passer = null;
    const parent = liveAncestor(producer.parent);
    const siblings = parent === null ? this.producers : parent.children;
    if (producer.children.length > 0) this.askAgain(parent);
    if (parent !== null) this.askAgain(liveAncestor(parent.parent));
    removeFrom(siblings, producer, parent ?? this);
    siblings.push(...producer.children);
    if (parent !== null) parent.hindered = true;
    producer.children.length = 0;
  }

  /** Nobody delivers before all that `subscribe` brings are there: they take turns from the first record on. */
  enrolTogether(subscribe: () => void): void {
    if (this.pumping) {
      subscribe();
      return;
    }
    this.pumping = true;
    this.limit = this.arrivals;
    try {
      subscribe();
    } finally {
      this.pumping = false;
      this.limit = this.granted;
    }
    this.pump();
  }

  /** Offers what is available to the producers. Inside a pump it only leaves word: the loop that runs looks again. */
  pump(): void {
    if (this.pumping) {
      this.pumpAgain = true;
      return;
    }
    if (this.producers.length === 0 || this.arrivals >= this.granted) return;
    this.pumping = true;
    try {
      do {
        this.pumpAgain = false;
        const { granted } = this;
        this.limit = granted;
        if (this.askedAt === granted) break;
        this.offer(this.producers, granted, this);
        if (this.arrivals < granted && this.granted === granted && !this.pumpAgain) this.askedAt = granted;
      } while (this.pumpAgain && this.arrivals < this.granted);
    } finally {
      this.pumping = false;
      this.limit = this.granted;
    }
  }

  /** Children first; the parent is asked only for what they leave (C6b). */
  offerChildren(parent: CreditProducer): void {
    const { limit, granted } = this;
    if (parent.childrenAskedAt === granted) return;
    this.offer(parent.children, limit, parent);
    this.limit = this.pumping ? limit : this.granted;
    if (this.arrivals < limit && this.granted === granted) parent.childrenAskedAt = granted;
  }

  /** Something below this producer (null: any) may give again without a grant. */
  private askAgain(producer: CreditProducer | null): void {
    for (let above = producer; above !== null; above = liveAncestor(above.parent)) above.childrenAskedAt = -1;
    this.askedAt = -1;
  }

  /**
   * Round robin with one arrival a turn, until nobody takes a turn or the credit up to `ceiling` is used. A single
   * producer takes all at once.
   */
  private offer(producers: CreditProducer[], ceiling: number, owner: { turn: number }): void {
    let refusals = 0;
    while (this.arrivals < ceiling && refusals < producers.length) {
      const at = owner.turn < producers.length ? owner.turn : 0;
      const producer = producers[at];
      if (producer === undefined) return;
      if (producers.length === 1) {
        this.limit = ceiling;
        this.offerTo(producer);
        return;
      }
      owner.turn = at + 1;
      const before = this.arrivals;
      const { length } = producers;
      this.limit = Math.min(ceiling, before + 1);
      this.offerTo(producer);
      // Who has left has not refused: the others have still to be asked.
      refusals = this.arrivals === before && producers.length >= length ? refusals + 1 : 0;
    }
    this.limit = ceiling;
  }

  private offerTo(producer: CreditProducer): void {
    if (producer.children.length > 0) this.offerChildren(producer);
    if (this.arrivals < this.limit) producer.run();
  }

  /** Half the capacity, less where credit is lent out and half can never be owed. */
  private lowWater(): number {
    return Math.max(1, Math.min(Math.ceil(this.capacity / 2), this.capacity - this.lent));
  }
}

/** The turn stays with whoever had it. */
function removeFrom(producers: CreditProducer[], producer: CreditProducer, owner: { turn: number }): void {
  const index = producers.indexOf(producer);
  if (index < 0) return;
  producers.splice(index, 1);
  if (index < owner.turn) owner.turn--;
}

/** The producer itself, or the nearest one above it in the tree that has not ended. */
export function liveAncestor(producer: CreditProducer | null): CreditProducer | null {
  let candidate = producer;
  while (candidate?.ended === true) candidate = candidate.parent;
  return candidate;
}
