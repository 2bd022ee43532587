import { Subscriber, type Observable } from 'rxjs';
import { CreditAccount } from '../credit/CreditAccount.js';
import { CreditSubject } from '../credit/CreditSubject.js';
import { isProtocolFault } from '../credit/faults.js';
import { subscribeWithCredit } from '../credit/subscribeWithCredit.js';

/** The stream of a platform that is fed. */
export interface FedStream<T> {
  /** Whether everything that the stream was given has been read. */
  readonly drained: boolean;
  give(value: T): void;
  end(): void;
  /** Fails the stream, which drops whatever has not been read. */
  fail(error: unknown): void;
}

/**
 * Feeds the stream of a platform, Web or Node, from a flow: what the stream says it wants is the credit. The flow is
 * subscribed when something is wanted for the first time. A failure waits until the stream is drained, because such
 * streams drop what they hold when they fail (C10); a fault of the protocol does not wait.
 */
export class StreamFeed<T> {
  private readonly credit: CreditSubject;
  private readonly subscriber: Subscriber<T>;
  private begun = false;
  private failure: { readonly error: unknown } | null = null;

  constructor(
    name: string,
    capacity: number,
    private readonly flow: Observable<T>,
    private readonly stream: FedStream<T>,
  ) {
    this.credit = new CreditSubject(new CreditAccount(name, Math.max(1, capacity), null));
    this.subscriber = new Subscriber<T>({
      next: (value: T) => {
        stream.give(value);
      },
      error: (error: unknown) => {
        this.fail(error);
      },
      complete: () => {
        stream.end();
      },
    });
  }

  /** `count` records are wanted in all, those that are on their way already among them. */
  want(count: number): void {
    const more = count - this.credit.balance;
    if (more <= 0 || this.subscriber.closed) return;
    this.credit.next(more);
    if (this.begun) return;
    this.begun = true;
    subscribeWithCredit(this.flow, this.subscriber, this.credit);
  }

  /** Ends the flow with a failure, which waits its turn. */
  refuse(error: unknown): void {
    this.fail(error);
    this.release();
  }

  /** Something has been read: a failure that waits may have its turn. */
  read(): void {
    const { failure, stream } = this;
    if (failure === null || !stream.drained) return;
    this.failure = null;
    stream.fail(failure.error);
  }

  release(): void {
    this.subscriber.unsubscribe();
  }

  private fail(error: unknown): void {
    if (this.stream.drained || isProtocolFault(error)) this.stream.fail(error);
    else this.failure = { error };
  }
}
