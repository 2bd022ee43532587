import type { Observable } from 'rxjs';
import { CreditAccount } from '../credit/CreditAccount.js';
import { CreditSubject } from '../credit/CreditSubject.js';
import type { Witness } from '../credit/protocol.js';
import { subscribingFor } from './feedsOf.js';
import { SinkEntrance, type Ending, type Late } from './SinkEntrance.js';

/** What a test may do while the sink is being called. `sink.grant`, `sink.cancel` and the source are free to use. */
export interface HandGrantedHooks<T> {
  /** Inside the call that brings a record. */
  readonly next?: (value: T, sink: HandGranted<T>) => void;
  /** Inside the call that completes. */
  readonly complete?: (sink: HandGranted<T>) => void;
  /** Inside the call that fails. */
  readonly error?: (error: unknown, sink: HandGranted<T>) => void;
  /** @internal Keeps the books of the pipeline, as `run` does. */
  readonly witness?: Witness;
  /** Granted before the flow is subscribed. Default 0. */
  readonly grant?: number;
}

/** A grant that no test uses up. */
const EVERYTHING = 2 ** 53 - 1;

/** A sink that takes what the test grants and records what it is given, lawful or not. */
export class HandGranted<T> {
  readonly received: T[] = [];
  /** What came after the end or the cancellation, where nothing may come. */
  readonly late: Late<T>[] = [];
  /** How the flow ended; null while it has not, and after a cancellation. */
  ending: Ending | null = null;
  private readonly credit: CreditSubject;
  private readonly entrance: SinkEntrance<T>;

  constructor(hooks: HandGrantedHooks<T> = {}) {
    const account = new CreditAccount('the hand-granted sink', 1, null);
    account.witness = hooks.witness ?? null;
    this.credit = new CreditSubject(account);
    this.entrance = new SinkEntrance<T>(account, {
      next: (value) => {
        this.received.push(value);
        hooks.next?.(value, this);
      },
      end: (ending) => {
        this.ending = ending;
        if (ending.kind === 'complete') hooks.complete?.(this);
        else hooks.error?.(ending.error, this);
      },
      late: (late) => this.late.push(late),
    });
    if (hooks.grant !== undefined) this.grant(hooks.grant);
  }

  /** Subscribes to the flow, once. `handGranted` has done so already. */
  subscribeTo(flow: Observable<T>): void {
    subscribingFor(this.account, () => {
      this.entrance.subscribeTo(flow);
    });
  }

  /** @internal The arithmetic of this sink's credit. */
  get account(): CreditAccount {
    return this.credit.account;
  }

  /** The sum of the grants; more than 2^52 after `grantAll`. */
  get granted(): number {
    return this.account.granted;
  }

  /** Records that may still come. Negative: more came than was granted. */
  get balance(): number {
    return this.credit.balance;
  }

  get cancelled(): boolean {
    return this.ending === null && this.entrance.closed;
  }

  /**
   * Wants `count` records more, which may come before this returns.
   *
   * @throws SluiceError CREDIT where count is not a whole number of at least 1
   */
  grant(count: number): void {
    this.credit.next(count);
  }

  /** Wants all that comes from now on. */
  grantAll(): void {
    if (this.granted < EVERYTHING) this.credit.next(EVERYTHING - this.granted);
  }

  /** Unsubscribes. */
  cancel(): void {
    this.entrance.unsubscribe();
  }
}

/**
 * Subscribes to `flow` as a consumer that wants nothing until the test grants it. Any Observable may be given.
 *
 * @param hooks called from inside the sink's callbacks; what they throw fails the flow, as in a consumer of RxJS 6
 *
 * @example
 * const sink = handGranted(fromPull([1, 2, 3]), { next: (value, self) => value === 2 && self.cancel() });
 * sink.grant(1);
 * sink.received; // [1]
 * sink.grant(5);
 * sink.received; // [1, 2]
 */
export function handGranted<T>(flow: Observable<T>, hooks?: HandGrantedHooks<T>): HandGranted<T> {
  const sink = new HandGranted(hooks);
  sink.subscribeTo(flow);
  return sink;
}
