import { asyncScheduler, type ObservableNotification } from 'rxjs';
import type { CreditAccount } from '../credit/CreditAccount.js';
import type { FlowableSubscriber } from '../credit/FlowableSubscriber.js';
import { belongsTo, type Demand, type DemandLog } from './feedsOf.js';
import { misbehave, type Misbehaviour } from './misbehaviour.js';
import { rawTarget, type RawTarget } from './rawTarget.js';

export interface FeedHooks {
  demand(count: number): void;
  teardown(): void;
}

/** Grants beyond this are meant as "everything". */
const AS_GOOD_AS_UNBOUNDED = 2 ** 52;

/** One subscription to a hand-fed source. */
export class Feed<T> implements DemandLog {
  readonly demands: Demand[] = [];
  delivered = 0;
  /** Asked for, over all demands: only its growth is a new demand. */
  private wanted: number;
  private readonly ready: T[] = [];
  private readonly stock: Iterator<T> | null;
  private ending: Exclude<ObservableNotification<T>, { kind: 'N' }> | null = null;
  private readonly target: RawTarget<T>;

  constructor(
    private readonly subscriber: FlowableSubscriber<T>,
    stock: Iterable<T> | undefined,
    private readonly hooks: FeedHooks,
  ) {
    this.stock = stock === undefined ? null : stock[Symbol.iterator]();
    this.target = rawTarget(subscriber);
    this.wanted = this.account.bounded ? this.account.arrivals : 0;
    belongsTo(this.account, this);
  }

  /** @internal The credit of the stage that the records arrive at. */
  get account(): CreditAccount {
    return this.subscriber.account;
  }

  get open(): boolean {
    return !this.subscriber.closed && !this.subscriber.ended;
  }

  get waiting(): number {
    return this.ready.length;
  }

  start(): void {
    this.subscriber.add(() => {
      this.hooks.teardown();
    });
    this.subscriber.onDemand(this.drain);
  }

  send(values: readonly T[]): void {
    for (const value of values) this.ready.push(value);
    this.subscriber.run();
  }

  end(ending: Exclude<ObservableNotification<T>, { kind: 'N' }>): void {
    this.ending = ending;
    if (this.ready.length === 0) this.finish();
  }

  misbehave(how: Misbehaviour, value: T): void {
    misbehave(how, value, this.target, this.subscriber);
  }

  private readonly drain = (): void => {
    for (;;) {
      this.noteDemand();
      if (this.ready.length === 0 && this.ending !== null) this.finish();
      if (this.subscriber.balance <= 0) return;
      if (this.ready.length > 0) this.deliver(this.ready.shift() as T);
      else {
        const next = this.stock?.next();
        if (next === undefined) return;
        if (next.done === true) this.subscriber.complete();
        else this.deliver(next.value);
      }
    }
  };

  private deliver(value: T): void {
    this.delivered++;
    this.subscriber.next(value);
  }

  private finish(): void {
    if (this.ending?.kind === 'E') this.subscriber.error(this.ending.error);
    else if (this.ending !== null) this.subscriber.complete();
  }

  private noteDemand(): void {
    const { bounded, granted } = this.account;
    const wanted = bounded && granted < AS_GOOD_AS_UNBOUNDED ? granted : Infinity;
    if (wanted <= this.wanted) return;
    const count = wanted === Infinity ? Infinity : wanted - this.wanted;
    this.wanted = wanted;
    this.demands.push({ at: asyncScheduler.now(), count });
    this.hooks.demand(count);
  }
}
