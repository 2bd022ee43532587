/**
 * The types of the protocol: who meets whom, and what each may ask of the other. SEMANTICS.md has the rules.
 */

/** The part of an account that producers see. */
export interface CreditLine {
  /** The output of the stage that grants this credit; null where there is none. */
  readonly output: CreditProducer | null;
  /** False: unbounded demand, nothing is counted. */
  readonly bounded: boolean;
  readonly capacity: number;
  readonly completed: boolean;
  readonly witness: Witness | null;
}

/**
 * The record that a delivery is about, as the protocol sees it: something that counts references (P1). lib/records
 * gives it a key, an origin and an outcome.
 */
export interface DeliveredRecord {
  references: number;
  /** The link in which a delivery of it, or of a descendant, did not arrive: an operator there may hold it (P3). */
  vanishedIn: CreditProducer | null;
  /** The pipeline it belongs to: another pipeline's record is not ours to hold. */
  readonly witness: Witness;
  /** It arrived below a link that has held records back: they share its fate (P3). */
  adopt(withheld: DeliveredRecord[]): void;
  /** What held it back has come to an end, with that outcome (a rank of lib/records): its source may be told (P3). */
  confirm(fate: 0 | 1 | 2 | 3 | 4): void;
  /** Marks what is certain once the record has left the last stage (P2). */
  passedLastStage(): void;
  /** Nobody holds the record any more. `link` is the producer below which it was last seen. */
  unheld(link: CreditProducer | null): void;
}

/** Opens a record's context where a record enters the pipeline. Null on an account means: nobody asks (P4). */
export interface Witness {
  /**
   * `source` is the producer that made the record, null where it was pushed into a stage. `link` is the producer
   * inside whose end it arrived, if any: what that link withheld is released with it.
   */
  open(value: unknown, source: CreditProducer | null, link: CreditProducer | null): DeliveredRecord;
  /** Told once of each record, when nobody holds it any more. */
  settle(record: DeliveredRecord): void;
  /** Told of every source that starts, so that a pipeline can be asked to take in no more. */
  enrolSource(source: Stoppable): void;
  leaveSource(source: Stoppable): void;
}

/** A source of records: complete() makes it take in no more, and what it has given goes on. */
export interface Stoppable {
  /** What was subscribed to: two subscriptions of one flow are one entrance (retry, repeat). */
  readonly flow?: object | null;
  complete(): void;
  /** Never begins to deliver. */
  hold(): void;
  /**
   * Delivers a value that did not come from the source, before what does. False: it has ended. `giveBack` is called where
   * it ends before the value is delivered.
   */
  inject(value: unknown, mark: (record: DeliveredRecord) => void, giveBack: () => void): boolean;
}

/** A stage, as whoever handed it its records sees it. */
export interface Holder {
  /** While it is being released: the records that it has not begun with, one for each arrival, the oldest first. */
  unstarted(): readonly DeliveredRecord[];
}

/** What draws on an account: a source, or the output of a stage. */
export interface CreditProducer extends Stoppable {
  readonly account: CreditLine;
  /** Who opens contexts where nobody below does. */
  readonly asks: Witness | null;
  readonly parent: CreditProducer | null;
  readonly children: CreditProducer[];
  /** True once it has completed, failed or been unsubscribed. */
  ended: boolean;
  /** It ended by completing. */
  readonly completing: boolean;
  /** Set when anything was subscribed inside the delivery that is going on; the token is that delivery's name. */
  opened: boolean;
  openedChild: boolean;
  token: object | null;
  /** The depth of the delivery that it passes straight on; 0 while it passes nothing on. */
  passingAt: number;
  /** Something beside the balance may forbid the next delivery: children, a yield, the end. */
  hindered: boolean;
  /** Deliveries that neither arrived nor opened a child since it last was without children (C6b). */
  unanswered: number;
  /** Whose turn it is among its children. */
  turn: number;
  /** What had been granted when all its children were asked and left credit over: they bring what they get later. */
  childrenAskedAt: number;
  /** Delivers while there is credit. Re-entrant calls return at once: the loop that runs looks again. */
  run(): void;
  /** Called once for each of its own records, when that record is settled (a source that commits). */
  settled: ((record: DeliveredRecord) => void) | null;
  /** Records that vanished in this link and whose source has not been told yet (P3). */
  withheld: DeliveredRecord[] | null;
  unsubscribe(): void;
}

/**
 * Which delivery is going on. Links are synchronous, so one is enough: it is saved and restored like a stack. A stage
 * that passes a record straight on opens no delivery of its own; it marks its output with the depth of this one.
 */
export interface Delivery {
  producer: CreditProducer | null;
  record: DeliveredRecord | null;
  /** How many deliveries are on the stack. Of two deliveries at one depth, only one is still going on. */
  depth: number;
}
