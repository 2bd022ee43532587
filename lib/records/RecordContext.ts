import type { CreditProducer, DeliveredRecord, Stoppable, Witness } from '../credit/protocol.js';
import type { SluiceCode } from '../credit/SluiceError.js';
import { CANCELLED, DELIVERED, FILTERED, OUTCOMES, type Outcome, type OutcomeRank } from './outcome.js';

/** Is told once when a record it watches has settled. */
export interface SettlementWatcher {
  recordSettled(record: RecordContext): void;
  /** Told whenever the work on the record says how far it has come. */
  recordAdvanced?(record: RecordContext): void;
}

/** A record as it entered the pipeline, and where it would go in again; null where it was pushed into a stage. */
export interface Root {
  readonly origin: unknown;
  readonly source: Stoppable | null;
}

/**
 * What travels beside a record, never around it: user code sees raw values. Its permit counts references (P1): the
 * delivery that is its scope, each arrival that has not settled, each flow subscribed inside the scope. At zero the
 * permit is settled, exactly once, with the worst outcome that was noted.
 */
export class RecordContext implements DeliveredRecord {
  /** Set by keyGen. */
  key: unknown = undefined;
  /** Set by keyGen. */
  partition: number | undefined = undefined;
  /** @internal */
  references = 1;
  /** @internal */
  vanishedIn: CreditProducer | null = null;
  /** @internal What became of it so far, as a number. */
  rank: OutcomeRank = FILTERED;
  /** Why, where it was not delivered: the code noted with the worst outcome. */
  code: SluiceCode | null = null;
  private isSettled = false;
  /** How often it has been sent in again from the dead letters. */
  redrives = 0;
  /** When a caller should try again, in milliseconds, where it was shed by a rate limit. */
  retryAfterMs: number | undefined = undefined;
  private watchers: SettlementWatcher[] | null = null;
  /** Records that this one released from the link that held them: they share its fate (P3). */
  protected adopted: DeliveredRecord[] | null = null;
  /** @internal Its copies say where they vanished: it did not. */
  isCopied = false;
  /** Links that may still be holding it, or one of its copies: its source is told when the last has answered (P3). */
  private untold = 0;
  private share: number | undefined = undefined;

  /** @internal */
  constructor(
    /** The value as it entered the pipeline. */
    readonly origin: unknown,
    /** @internal */
    readonly witness: Witness,
    private readonly source: CreditProducer | null,
    /** The records that this one stands for, as a batch or a single descendant does: they share its outcome. */
    private readonly members: readonly RecordContext[] | null = null,
  ) {}

  /** What became of it so far; final once it is settled. */
  get outcome(): Outcome {
    return OUTCOMES[this.rank];
  }

  get settled(): boolean {
    return this.isSettled;
  }

  /** How far its work has come, 0 to 1, as the work last said (asyncEgress). */
  get progress(): number | undefined {
    return this.share;
  }

  set progress(share: number | undefined) {
    this.share = share;
    if (this.members !== null) for (const member of this.members) member.progress = share;
    if (this.watchers !== null) for (const watcher of this.watchers) watcher.recordAdvanced?.(this);
  }

  /**
   * @internal A context for one of its descendants alone, whose key and whose end are no other's. It takes over the
   * reference of that descendant. Who holds the only reference needs none.
   */
  descendant(): RecordContext {
    if (this.references === 1) return this;
    const own = new RecordContext(this.origin, this.witness, null, [this]);
    own.key = this.key;
    own.partition = this.partition;
    own.redrives = this.redrives;
    return own;
  }

  /** @internal The records it stands for, as they entered the pipeline: itself, mostly. */
  get roots(): readonly Root[] {
    const { members, origin, source } = this;
    return members === null ? [{ origin, source }] : members.flatMap((member) => member.roots);
  }

  /** @internal Notes what became of one descendant. The worst is kept. */
  note(rank: OutcomeRank, code: SluiceCode | null): void {
    if (rank < this.rank) return;
    this.code = rank === this.rank ? (this.code ?? code) : code;
    this.rank = rank;
  }

  /** @internal */
  passedLastStage(): void {
    if (this.rank < DELIVERED) this.rank = DELIVERED;
  }

  /** @internal `watcher` hears of the settlement; at once where it has happened already. */
  watch(watcher: SettlementWatcher): void {
    if (this.isSettled) watcher.recordSettled(this);
    else if (this.watchers === null) this.watchers = [watcher];
    else this.watchers.push(watcher);
  }

  /** @internal The records that entered the pipeline and that it stands for: itself, mostly. */
  get entered(): readonly RecordContext[] {
    return this.members === null ? [this] : this.members.flatMap((member) => member.entered);
  }

  /** @internal Whether it is that record or a descendant of it alone; a batch of several has other members too. */
  isOf(record: RecordContext): boolean {
    return this === record || (this.members?.length === 1 && this.members[0]?.isOf(record) === true);
  }

  /** @internal Gives one reference back. */
  release(): void {
    if (--this.references === 0) this.unheld(null);
  }

  /** @internal */
  unheld(link: CreditProducer | null): void {
    if (this.isSettled) return;
    this.isSettled = true;
    const where = this.vanishedIn ?? (this.rank === FILTERED && !this.isCopied ? link : null);
    this.vanishedIn = null;
    if (this.rank === FILTERED && where !== null && brokeOff(where)) this.note(CANCELLED, 'UNSUBSCRIBED');
    if (this.members !== null) {
      this.settleMembers(this.members, link, where);
    } else {
      this.witness.settle(this);
      this.tellSourceOrWait(where);
    }
    if (this.watchers !== null) this.tellWatchers(this.watchers);
  }

  private tellSourceOrWait(where: CreditProducer | null): void {
    if (!this.isAwaited) return;
    if (mayStillHold(where)) {
      this.untold++;
      (where.withheld ??= []).push(this);
    } else if (this.untold === 0) this.tellSource();
  }

  /** @internal Whether anybody is to be told what became of it. */
  get isAwaited(): boolean {
    return this.members === null
      ? this.source?.settled != null || this.adopted !== null
      : this.members.some((member) => member.isAwaited);
  }

  /** @internal Its source is not told before `confirm` has been called once more. */
  withhold(): void {
    this.untold++;
  }

  /** @internal */
  adopt(withheld: DeliveredRecord[]): void {
    if (this.isSettled) for (const record of withheld) record.confirm(this.rank);
    else if (this.adopted === null) this.adopted = withheld;
    else this.adopted.push(...withheld);
  }

  /** @internal Tells the source, with the worse of its own outcome and that of the record that released it. */
  confirm(fate: OutcomeRank): void {
    if (fate > DELIVERED && fate > this.rank) this.rank = fate;
    if (--this.untold === 0 && this.isSettled) this.tellSource();
  }

  private tellWatchers(watchers: SettlementWatcher[]): void {
    this.watchers = null;
    for (const watcher of watchers) watcher.recordSettled(this);
  }

  /** `vanishedIn`: the link that it was last seen in, where it did not arrive. */
  protected settleMembers(
    members: readonly RecordContext[],
    link: CreditProducer | null,
    vanishedIn: CreditProducer | null,
  ): void {
    const { adopted } = this;
    this.adopted = null;
    if (adopted !== null) members[0]?.adopt(adopted);
    for (const member of members) {
      member.note(this.rank, this.code);
      // The delivery in which the member itself came may still be going on, and is not where it vanished.
      if (vanishedIn !== null) member.vanishedIn = vanishedIn;
      if (--member.references === 0) member.unheld(link);
    }
  }

  private tellSource(): void {
    const { adopted, source } = this;
    this.adopted = null;
    if (adopted !== null) for (const record of adopted) record.confirm(this.rank);
    source?.settled?.(this);
  }
}

/** The link failed or was unsubscribed: what vanished in it was not dropped by anybody's decision. */
function brokeOff({ ended, completing, account }: CreditProducer): boolean {
  return ended && !completing && account.bounded && !account.completed;
}

/** An operator in that link may be holding what did not arrive (P3). */
export function mayStillHold(link: CreditProducer | null): link is CreditProducer {
  return link !== null && link.account.bounded && !link.ended;
}
