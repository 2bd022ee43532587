import type { CreditProducer, Stoppable } from '../credit/protocol.js';
import { CANCELLED, FILTERED, type OutcomeRank } from './outcome.js';
import { mayStillHold, RecordContext, type Root } from './RecordContext.js';

/** The branch that a copy was handed to, as the copy sees it. */
export interface BranchEnd {
  /** It has left, and others are still there: what is cancelled with it is not held against the record. */
  readonly isForgiven: boolean;
  /** Where a letter about one of its copies goes in again: at this branch alone. */
  readonly entry: Stoppable;
}

/** How many copies of one record there are, and how many went with the branches they were in. */
export class CopyCount {
  /** Whoever hands the copies out holds one as well, so that the last word is not spoken before the last copy. */
  made = 1;
  lost = 0;

  get allLost(): boolean {
    return this.lost === this.made;
  }
}

/**
 * What one branch of a broadcast is given of a record (P5). It settles by itself; what becomes of it is noted with the
 * record, unless it is cancelled together with its branch: then the record settles on the other copies.
 */
export class BranchCopy extends RecordContext {
  /** @param scope the record inside whose delivery the branch was subscribed, if any: it is what the copy is of as well */
  constructor(
    private readonly original: RecordContext,
    private readonly value: unknown,
    private readonly branch: BranchEnd,
    private readonly copies: CopyCount,
    scope: RecordContext | null,
  ) {
    super(original.origin, original.witness, null, scope === null ? [original] : [original, scope]);
    original.isCopied = true;
    original.references++;
    if (scope !== null) scope.references++;
    copies.made++;
    this.key = original.key;
    this.partition = original.partition;
    this.redrives = original.redrives;
  }

  override get roots(): readonly Root[] {
    return [{ origin: this.value, source: this.branch.entry }];
  }

  override confirm(fate: OutcomeRank): void {
    let final = fate;
    if (fate === CANCELLED && this.branch.isForgiven) {
      this.copies.lost++;
      if (!this.copies.allLost) final = FILTERED;
    }
    this.confirmAdopted(fate);
    for (const record of this.original.entered) record.confirm(final);
  }

  private confirmAdopted(fate: OutcomeRank): void {
    const { adopted } = this;
    this.adopted = null;
    if (adopted !== null) for (const record of adopted) record.confirm(fate);
  }

  protected override settleMembers(
    members: readonly RecordContext[],
    _link: CreditProducer | null,
    vanishedIn: CreditProducer | null,
  ): void {
    if (mayStillHold(vanishedIn) && this.original.isAwaited) {
      for (const record of this.original.entered) record.withhold();
      (vanishedIn.withheld ??= []).push(this);
    } else this.confirmAdopted(this.rank);
    for (const member of members) {
      if (member !== this.original) member.note(this.rank, this.code);
      else this.noteWith(member);
      if (--member.references === 0) member.unheld(null);
    }
  }

  private noteWith(original: RecordContext): void {
    // Without a code it shares the fate of what released it from the link.
    const wasCancelled = this.rank === CANCELLED && (this.code === null || this.code === 'UNSUBSCRIBED');
    if (!wasCancelled || !this.branch.isForgiven) {
      original.note(this.rank, this.code);
      return;
    }
    this.copies.lost++;
    if (this.copies.allLost) original.note(CANCELLED, 'UNSUBSCRIBED');
  }
}
