import type { MonoTypeOperatorFunction, Observable, Subscription } from 'rxjs';
import { CreditSubject } from '../../lib/credit/CreditSubject.js';
import { Flowable } from '../../lib/credit/Flowable.js';
import type { FlowableSubscriber } from '../../lib/credit/FlowableSubscriber.js';
import { SluiceError } from '../../lib/credit/SluiceError.js';
import { subscribeWithCredit } from '../../lib/credit/subscribeWithCredit.js';

export const RELAY_CAPACITY = 4;

/**
 * A sound operator made of public parts: a queue of four places that hands on what it is given. The broken operators
 * are this one with one method changed.
 */
export class Relay {
  protected readonly queue: number[] = [];
  protected readonly credit = new CreditSubject();
  protected ending: (() => void) | null = null;

  constructor(protected readonly output: FlowableSubscriber<number>) {}

  start(source: Observable<number>): void {
    this.output.onDemand(() => {
      this.drain();
    });
    const subscription = subscribeWithCredit(
      source,
      {
        next: (value) => {
          this.arrive(value);
        },
        complete: () => {
          this.end(() => {
            this.output.complete();
          });
        },
        error: (error) => {
          this.fail(error);
        },
      },
      this.credit,
    );
    this.hold(subscription);
    this.credit.next(RELAY_CAPACITY);
  }

  /** Whoever cancels the output cancels the source. */
  protected hold(subscription: Subscription): void {
    this.output.add(subscription);
  }

  /** A record has come: it waits, and what waits is handed on as far as it is wanted. */
  protected arrive(value: number): void {
    this.queue.push(value);
    this.wake();
  }

  protected wake(): void {
    this.output.run();
  }

  protected drain(): void {
    while (this.queue.length > 0 && this.wanted()) {
      this.handOn(this.queue.shift() as number);
      this.settle();
    }
    this.endIfEmpty();
  }

  protected wanted(): boolean {
    return this.output.balance > 0;
  }

  protected handOn(value: number): void {
    this.output.next(value);
  }

  /** A record is done with: its credit goes back. */
  protected settle(): void {
    this.credit.next(1);
  }

  /** A fault of the protocol does not wait, or it would stay behind a sink that has stopped. */
  protected fail(error: unknown): void {
    if (error instanceof SluiceError) this.output.error(error);
    else {
      this.end(() => {
        this.output.error(error);
      });
    }
  }

  protected end(ending: () => void): void {
    this.ending = ending;
    this.endIfEmpty();
  }

  protected endIfEmpty(): void {
    if (this.queue.length === 0) this.ending?.();
  }
}

/** Makes an operator of a relay. */
export function relay(
  Machine: new (output: FlowableSubscriber<number>) => Relay = Relay,
): MonoTypeOperatorFunction<number> {
  return (source) =>
    new Flowable<number>((output) => {
      new Machine(output).start(source);
    });
}
