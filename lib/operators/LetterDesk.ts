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
    this.stuck.push({ letter, record, listener });
    if (this.stuck.size === 1) this.sendNext();
    else this.box?.announce?.(letter, this.retry);
  }

  /** The stage is over: hands back the records whose letters nobody took. */
  close(take: (record: RecordContext | null) => void): void {
    this.box?.forget(this.retry);
    for (let next = this.stuck.shift(); next !== undefined; next = this.stuck.shift()) take(next.record);
  }

  private readonly retry = (): void => {
    this.sendNext();
    this.wake();
  };

  private get box(): LetterBox | undefined {
    return (this.account.observer as StageObserver | null)?.deadLetters;
  }

  private get books(): Bookkeeper | null {
    return this.account.witness as Bookkeeper | null;
  }

  /** Sends what is stuck while there is room. A queue that fails fails the stream: the letter is safe with nobody. */
  private sendNext(): void {
    for (let next = this.stuck.peek(); next !== undefined; next = this.stuck.peek()) {
      const { letter, record, listener } = next;
      let failure;
      try {
        if (!this.offer(letter, record)) return;
      } catch (error) {
        failure = { error };
      }
      this.stuck.shift();
      if (failure === undefined) this.tell(letter, record, listener);
      else this.sent(letter, record, failure);
    }
  }

  private offer(letter: DeadLetter, record: RecordContext | null): boolean {
    const { box, books } = this;
    if (box === undefined) return true;
    const roots = record?.roots ?? [];
    return box.offer(letter, (again, giveBack) => books?.reenter(again, roots, giveBack) ?? false, this.retry);
  }

  private tell(letter: DeadLetter, record: RecordContext | null, listener: LetterListener): void {
    try {
      this.books?.deadLetter(letter, record);
      listener?.(letter);
    } catch (error) {
      this.sent(letter, record, { error });
      return;
    }
    this.sent(letter, record);
  }
}
