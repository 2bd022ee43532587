import type { CreditAccount } from './CreditAccount.js';
import { CreditSubject } from './CreditSubject.js';
import { current } from './delivery.js';
import { Entrance } from './Entrance.js';
import { enterFrame, leaveFrame, whenShallow } from './trampoline.js';

/** Nothing is held and nothing runs · something is waited for · the loop is on the stack · it was called meanwhile. */
export type Mode = typeof IDLE | typeof WAITING | typeof BUSY | typeof AGAIN;
export const IDLE = 0;
export const WAITING = 1;
export const BUSY = 2;
export const AGAIN = 3;

/** How a stage ends once nothing is held any more (C10). */
export type Ending = { readonly kind: 'complete' } | { readonly kind: 'error'; readonly error: unknown };

/**
 * The one drain loop (C5), and the return of credit. The loop is never re-entered: whatever happens inside it (a grant,
 * an arrival, a settled promise) only changes what it finds when it looks again.
 */
export abstract class DrainLoop<T> extends Entrance<T> {
  /** The downstream is gone: nothing may happen any more. */
  protected over = false;
  protected mode: Mode = WAITING;
  protected readonly credit: CreditSubject;
  private ending: Ending | null = null;
  private drainPostponed = false;

  constructor(account: CreditAccount) {
    super(account);
    this.credit = new CreditSubject(account);
  }

  /** Does what can be done now, and returns when it must wait for a record, for credit or for work to end. */
  protected abstract work(): void;

  /** How many arrived records wait for work to begin. */
  protected abstract get waiting(): number;

  /** Tells downstream that it is over. */
  protected abstract end(ending: Ending): void;

  /** Whether the next record may pass straight through. */
  protected idleNow(): boolean {
    return false;
  }

  protected drain(): void {
    if (this.mode >= BUSY || this.over) {
      this.attend();
      return;
    }
    if (!this.account.breaksStack) {
      this.drainNow();
      return;
    }
    if (this.drainPostponed) return;
    this.drainPostponed = true;
    whenShallow(() => {
      this.drainPostponed = false;
      this.drainNow();
    });
  }

  /** There is something to look at before the next record may pass straight through. */
  protected attend(): void {
    this.mode = this.mode >= BUSY ? AGAIN : WAITING;
  }

  private drainNow(): void {
    if (this.mode >= BUSY || this.over) return;
    const { producer, record, depth } = current;
    this.mode = BUSY;
    enterFrame();
    try {
      this.work();
      this.afterWork();
    } finally {
      if (this.mode >= BUSY) this.mode = WAITING;
      current.producer = producer;
      current.record = record;
      current.depth = depth;
      leaveFrame();
    }
  }

  /** The loop has nothing left to do: say so first, then return credit, which may bring the next record at once. */
  protected afterWork(): void {
    this.mode = this.idleNow() ? IDLE : WAITING;
    if (this.over) return;
    this.replenish();
    if (this.ending !== null && this.account.held === 0 && !this.over) this.end(this.ending);
  }

  /** Grants what is owed at the low-water mark, or when the stage would stand idle for want of it (C4). */
  protected replenish(): void {
    const { account } = this;
    if (this.closed) return;
    if (account.settled < account.replenishAt && !account.starved(this.waiting)) return;
    if (account.owed > 0) this.returnCredit();
  }

  /** Grants what is owed; a stage may take its time. */
  protected returnCredit(): void {
    this.credit.next(this.account.owed);
  }

  protected upstreamCompleted(): void {
    this.endWith({ kind: 'complete' });
  }

  protected upstreamFailed(error: unknown): void {
    this.endWith({ kind: 'error', error });
  }

  protected get upstreamEnded(): boolean {
    return this.ending !== null;
  }

  /** Ends when nothing is held any more. */
  private endWith(ending: Ending): void {
    this.ending = ending;
    this.drain();
  }
}
