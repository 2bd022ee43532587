import type { CreditProducer } from '../credit/protocol.js';
import { RecordContext } from './RecordContext.js';

/**
 * What a balance has handed to one of its branches (P5). It has taken over the reference of the record, and gives it
 * back where the branch leaves before anything has been begun with it.
 */
export class HandedRecord extends RecordContext {
  private isTakenBack = false;

  /** @param scope the record inside whose delivery the branch was subscribed, if any */
  constructor(
    readonly original: RecordContext,
    readonly value: unknown,
    readonly number: number,
    readonly branch: object,
    private readonly scope: RecordContext | null,
  ) {
    super(original.origin, original.witness, null, scope === null ? [original] : [original, scope]);
    if (scope !== null) scope.references++;
    this.key = original.key;
    this.partition = original.partition;
    this.redrives = original.redrives;
  }

  /** The record goes to another branch: what becomes of this one no longer counts. */
  takeBack(): void {
    this.isTakenBack = true;
    this.scope?.release();
  }

  protected override settleMembers(
    members: readonly RecordContext[],
    link: CreditProducer | null,
    vanishedIn: CreditProducer | null,
  ): void {
    if (!this.isTakenBack) super.settleMembers(members, link, vanishedIn);
  }
}
