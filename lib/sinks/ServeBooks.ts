import type { CreditProducer, DeliveredRecord, Stoppable } from '../credit/protocol.js';
import type { SluiceError } from '../credit/SluiceError.js';
import type { DeadLetter } from '../records/DeadLetter.js';
import { Ledger } from '../records/Ledger.js';
import type { RecordContext } from '../records/RecordContext.js';
import type { StageEntry } from '../records/StageEntry.js';
import type { Submission } from './Submission.js';

/** The ledger of a service: it also knows which record is on its way for which caller. */
export class ServeBooks<T, R> extends Ledger {
  /** The source that sends the submissions. */
  source: Stoppable | null = null;
  private isStopping = false;
  private entering: Submission<T, R> | null = null;
  private readonly submissions = new Map<DeliveredRecord, Submission<T, R>>();
  private readonly enrolled = new Set<StageEntry>();

  /** The record that is opened next is this submission's. */
  expect(submission: Submission<T, R> | null): void {
    this.entering = submission;
  }

  override open(value: unknown, source: CreditProducer | null, link: CreditProducer | null): RecordContext {
    const { entering } = this;
    this.entering = null;
    const record = super.open(value, source, link);
    if (entering !== null) {
      this.submissions.set(record, entering);
      entering.record = record;
      record.watch(entering);
    }
    return record;
  }

  override settle(record: DeliveredRecord): void {
    super.settle(record);
    this.submissions.delete(record);
  }

  /** The submissions that a record stands for: one, those of a batch, or none. */
  submissionsOf(record: RecordContext): Submission<T, R>[] {
    return record.entered.flatMap((entered) => this.submissions.get(entered) ?? []);
  }

  override deadLetter(letter: DeadLetter, record: RecordContext | null): void {
    if (record === null) return;
    for (const submission of this.submissionsOf(record)) submission.letter ??= letter;
  }

  /** The stages cancel what they hold of this record. */
  forgo(record: RecordContext, reason: SluiceError): void {
    for (const stage of [...this.enrolled]) stage.forgo(record, reason);
  }

  override enrolStage(stage: StageEntry): void {
    this.enrolled.add(stage);
    super.enrolStage(stage);
  }

  override leaveStage(stage: StageEntry): void {
    this.enrolled.delete(stage);
    super.leaveStage(stage);
  }

  /** The source that sends the submissions is no other's to stop: what waits is still sent. */
  override enrolSource(source: Stoppable): void {
    if (source !== this.source || !this.isStopping) super.enrolSource(source);
  }

  override stop(): void {
    this.isStopping = true;
    if (this.source !== null) this.leaveSource(this.source);
    super.stop();
  }
}
