import type { CreditProducer, DeliveredRecord, Stoppable, Witness } from '../credit/protocol.js';
import type { DeadLetter } from './DeadLetter.js';
import { RecordContext, type Root } from './RecordContext.js';
import type { StageEntry } from './StageEntry.js';

/**
 * Opens contexts and is told when they settle. This one keeps no books: it serves whoever needs contexts and no ledger.
 * Each of those has its own, by which the records of one pipeline are told from those of another.
 */
export class Bookkeeper implements Witness {
  /** Whoever opens the contexts in place of this one, because it keeps books. */
  deputy: Bookkeeper | null = null;

  open(value: unknown, source: CreditProducer | null, link: CreditProducer | null): RecordContext {
    const record = new RecordContext(value, this, source);
    const withheld = link === null ? null : link.withheld;
    if (link !== null && withheld !== null) {
      link.withheld = null;
      record.adopt(withheld);
    }
    return record;
  }

  settle(record: DeliveredRecord): void {
    void record;
  }

  /** Whether a dead letter handed to it is kept or told to somebody. */
  get keepsLetters(): boolean {
    return false;
  }

  deadLetter(letter: DeadLetter, record: RecordContext | null): void {
    void letter;
    void record;
  }

  /**
   * Takes what a letter is about in again, each record at the source it came from. False: one of those has ended.
   * `giveBack` is called where one of them ends before its record has come in.
   */
  reenter(letter: DeadLetter, roots: readonly Root[], giveBack: () => void): boolean {
    void [letter, roots, giveBack];
    return false;
  }

  enrolStage(stage: StageEntry): void {
    void stage;
  }

  leaveStage(stage: StageEntry): void {
    void stage;
  }

  enrolSource(source: Stoppable): void {
    void source;
  }

  leaveSource(source: Stoppable): void {
    void source;
  }
}
