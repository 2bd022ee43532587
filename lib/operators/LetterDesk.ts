import type { LetterBox, StageObserver } from '../control/observedStage.js';
import type { CreditAccount } from '../credit/CreditAccount.js';
import { Inbox } from '../credit/Inbox.js';
import type { Bookkeeper } from '../records/Bookkeeper.js';
import type { DeadLetter } from '../records/DeadLetter.js';
import type { RecordContext } from '../records/RecordContext.js';

export type LetterListener = ((letter: DeadLetter) => void) | undefined;

interface Stuck {
  readonly letter: DeadLetter;
  readonly record: RecordContext | null;
  readonly listener: LetterListener;
}

/**
 * Sends a stage's dead letters to whoever keeps them. Where the queue is full and blocks, the record stays in the stage,
 * which holds its place: what cannot be written off becomes back pressure.
 */
export class LetterDesk {
  private readonly stuck = new Inbox<Stuck>();

  constructor(
    private readonly account: CreditAccount,
    /** The letter is safe, or `failure` says why it is not: the record may be settled. */
    private readonly sent: (letter: DeadLetter, record: RecordContext | null, failure?: { error: unknown }) => void,
    /** Records have been settled while the stage was waiting. */
    private readonly wake: () => void,
  ) {}

  send(letter: DeadLetter, record: RecordContext | null, listener: LetterListener): void {
    if (this.stuck.size > 0) {
      this.stuck.push({ letter, record, listener });
      return;
    }
    let isTaken;
    try {
      isTaken = this.offer(letter);
    } catch (error) {
      this.sent(letter, record, { error });
      return;
    }
    if (isTaken) this.tell(letter, record, listener);
    else this.stuck.push({ letter, record, listener });
  }

  /** The stage is over: hands back the records whose letters nobody took. */
  close(take: (record: RecordContext | null) => void): void {
    this.box?.forget(this.retry);
    for (let next = this.stuck.shift(); next !== undefined; next = this.stuck.shift()) take(next.record);
  }

  private readonly retry = (): void => {
    for (let next = this.stuck.peek(); next !== undefined; next = this.stuck.peek()) {
      if (!this.offer(next.letter)) break;
      this.stuck.shift();
      this.tell(next.letter, next.record, next.listener);
    }
    this.wake();
  };

  private get box(): LetterBox | undefined {
    return (this.account.observer as StageObserver | null)?.deadLetters;
  }

  private get books(): Bookkeeper | null {
    return this.account.witness as Bookkeeper | null;
  }

  private offer(letter: DeadLetter): boolean {
    return this.box?.offer(letter, (again) => this.books?.reenter(again) ?? false, this.retry) ?? true;
  }

  private tell(letter: DeadLetter, record: RecordContext | null, listener: LetterListener): void {
    try {
      this.books?.deadLetter(letter);
      listener?.(letter);
    } catch (error) {
      this.sent(letter, record, { error });
      return;
    }
    this.sent(letter, record);
  }
}
