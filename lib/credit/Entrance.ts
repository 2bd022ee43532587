import { asapScheduler, Subscriber, type Subscription } from 'rxjs';
import type { CreditAccount } from './CreditAccount.js';
import { deliverer, isDeliveryOf } from './delivery.js';
import { CREDIT } from './discovery.js';
import { asyncLink, cutLink, isProtocolFault, nestedObservable, overflow } from './faults.js';
import { inTurn } from './inTurn.js';
import type { CreditProducer } from './protocol.js';
import type { SluiceError } from './SluiceError.js';

/**
 * Where a stage's records arrive (C6a): a Subscriber of its own, which the links above find by its credit and which
 * closes on complete, error and unsubscribe like any other. Closing it releases what lies above and does not end the
 * stage: only the downstream subscription does.
 *
 * Every arrival passes one question first: is this a delivery of a producer that draws on this credit?
 */
export abstract class Entrance<T> extends Subscriber<T> {
  readonly account: CreditAccount;
  /** True while the link above is being subscribed: what arrives then counts as delivered (C7). */
  private subscribing = false;
  /** How many producers had left when that began. */
  private leftBefore = 0;
  /** The delivery inside which this entrance came to be: its records are no sign of a cut link (C6c). */
  private readonly bornIn: object | null;
  private hasEnded = false;
  private isDeaf = false;
  private readonly suspects: T[] = [];
  private verdict: Subscription | null = null;

  constructor(account: CreditAccount) {
    super();
    this.account = account;
    const producer = deliverer();
    if (producer === null) this.bornIn = null;
    else {
      producer.opened = true;
      this.bornIn = producer.token ??= {};
    }
  }

  get [CREDIT](): CreditAccount {
    return this.account;
  }

  /** Takes over a record that has been counted. */
  protected abstract accept(value: T): void;

  /** Told once that nothing more arrives. */
  protected abstract upstreamCompleted(): void;
  protected abstract upstreamFailed(error: unknown): void;

  /** Ends the stage at once with an error of the protocol. */
  protected abstract fault(error: SluiceError): void;

  /** A push found no place. True: it has been dealt with. The default makes it the overflow error (C8). */
  protected overflowed(value: T): boolean {
    void value;
    return false;
  }

  /** True where pushes have a policy: then no push is a fault of the link. */
  protected get takesPushes(): boolean {
    return false;
  }

  /** Subscribes `link` to this entrance. */
  protected readonly connect = (link: { subscribe(subscriber: Subscriber<T>): unknown }): void => {
    this.subscribing = true;
    this.leftBefore = this.account.left;
    try {
      link.subscribe(this);
    } finally {
      this.subscribing = false;
    }
  };

  override next(value: T): void {
    if (this.closed) return;
    if (!isDeliveryOf(this.account) && !this.admits(value, deliverer())) return;
    if (isFlow(value)) {
      this.fault(nestedObservable(this.account.name));
      return;
    }
    this.arrive(value);
  }

  override complete(): void {
    if (this.hasEnded || this.closed) return;
    this.hasEnded = true;
    this.admitSuspects();
    this.account.completed = true;
    inTurn(this.release, () => {
      this.upstreamCompleted();
    });
  }

  override error(error: unknown): void {
    if (this.hasEnded || this.closed) return;
    this.hasEnded = true;
    this.admitSuspects();
    inTurn(this.release, () => {
      if (isProtocolFault(error)) this.fault(error);
      else this.upstreamFailed(error);
    });
  }

  override unsubscribe(): void {
    this.verdict?.unsubscribe();
    try {
      super.unsubscribe();
    } finally {
      this.account.putBy.release();
    }
  }

  /** From now on nothing that is pushed comes in. */
  deafen(): void {
    this.isDeaf = true;
  }

  private readonly release = (): void => {
    this.unsubscribe();
  };

  /**
   * A record came outside every delivery of a live producer. Either the link is asynchronous, or an operator above was
   * told to complete, as takeUntil tells it, and releases what it held; then complete follows within the same call.
   * Until that is known the record waits.
   */
  private suspect(value: T): void {
    this.suspects.push(value);
    this.verdict ??= asapScheduler.schedule(() => {
      if (!this.closed) this.fault(asyncLink(this.account.name));
    });
    if (this.suspects.length > this.account.overdraft) this.fault(asyncLink(this.account.name));
  }

  /** It was the second: they come in before the end does. */
  private admitSuspects(): void {
    this.verdict?.unsubscribe();
    for (const value of this.suspects.splice(0)) this.arrive(value);
  }

  private arrive(value: T): void {
    this.account.arrivals++;
    this.accept(value);
  }

  /**
   * A producer has ended while the link is being subscribed, as merge's may, and what stands below merge releases what
   * it held, or adds to it. That is an overdraft like any other; past its bound it is a source that cannot stop. Where
   * records are unaccounted for they may also come from a queue, as of `scheduled(flow, queue)`: then it is a small one.
   */
  private isReleased(): boolean {
    const { account } = this;
    if (!this.subscribing || this.takesPushes || account.left === this.leftBefore) return false;
    return account.arrivals - account.granted < (account.unaccounted ? account.capacity : account.overdraft);
  }

  /** The question for a record that no linked producer delivers. False: it does not come in. */
  private admits(value: T, producer: CreditProducer | null): boolean {
    const { account } = this;
    if (this.isDeaf) return false;
    if (!this.takesPushes) {
      if (producer !== null) {
        if (producer.token === null || producer.token !== this.bornIn) {
          if (!producer.account.bounded) producer.unsubscribe();
          this.fault(cutLink(account.name));
          return false;
        }
      } else if (!this.subscribing && account.producers.length > 0) {
        this.suspect(value);
        return false;
      } else if (!this.subscribing && account.unaccounted) {
        this.fault(asyncLink(account.name));
        return false;
      }
    }
    if (account.arrivals < account.granted || this.isReleased()) return true;
    if (!this.overflowed(value)) this.fault(overflow(account.name, account.capacity));
    return false;
  }
}

/** Rule C15: an Observable, of whatever copy of RxJS. */
export function isFlow(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { subscribe, pipe } = value as { subscribe?: unknown; pipe?: unknown };
  return typeof subscribe === 'function' && typeof pipe === 'function';
}
