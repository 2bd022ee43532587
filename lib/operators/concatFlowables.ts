import { Observable, type Subscriber } from 'rxjs';
import { discoverCredit, type Discovery } from '../credit/discovery.js';
import { SluiceError } from '../credit/SluiceError.js';
import { show } from '../options/checkOptions.js';
import { checkFlow } from './together.js';
import { LinkSubscriber } from './LinkSubscriber.js';

/**
 * One flow after the other. RxJS's `concat` does this under credit as well; this one takes any iterable of flows and asks
 * it for the next flow only when the last has completed, so that the flows may be made one by one, or without end. It is a
 * link and holds nothing.
 *
 * - **Emits** what the flow emits whose turn it is.
 * - **Back-pressures** as the stage below does: that flow draws on its credit.
 * - **Completes** when the last flow has completed; a flow that fails fails the whole, and the rest is not subscribed.
 * - **Cancels** the flow whose turn it is, and gives the iterator of the others back (`return()`).
 *
 * @throws SluiceError OPTION where the flows are no iterable; the stream fails with it at one that is no Observable
 *
 * @example
 * concatFlowables([fromPull(yesterday), fromPull(today)]).pipe(stage(save)).subscribe();
 */
export function concatFlowables<T>(flows: Iterable<Observable<T>>): Observable<T> {
  if (typeof (flows as Partial<Iterable<unknown>> | null | undefined)?.[Symbol.iterator] !== 'function') {
    throw new SluiceError('OPTION', `concatFlowables: the flows are ${show(flows)}; give an array of Observables`);
  }
  return new Observable<T>((target) => {
    const sequence = new Sequence(flows[Symbol.iterator](), target);
    target.add(() => {
      sequence.giveBack();
    });
    sequence.next();
  });
}

/** Subscribes one flow after the other. A flow that completes while it is subscribed is followed by the loop. */
class Sequence<T> {
  private readonly below: Discovery;
  private index = 0;
  private asking = false;
  private exhausted = false;
  /** Whether a loop is on the stack, and whether the flow that it has subscribed is done with. */
  private looping = false;
  private hasEnded = false;

  constructor(
    private readonly flows: Iterator<Observable<T>>,
    private readonly target: Subscriber<T>,
  ) {
    this.below = discoverCredit(target);
  }

  next(): void {
    this.hasEnded = true;
    if (this.looping) return;
    this.looping = true;
    try {
      while (this.hasEnded && !this.target.closed) {
        this.hasEnded = false;
        const flow = this.ask();
        if (flow === null) return;
        flow.subscribe(new Part(this, this.target, this.below));
      }
    } finally {
      this.looping = false;
    }
  }

  /** Nobody wants the others. An iterator that is running is given back when it has answered. */
  giveBack(): void {
    if (this.exhausted || this.asking) return;
    this.exhausted = true;
    this.flows.return?.();
  }

  /** The next flow. Null: there is none, and the target knows. */
  private ask(): Observable<T> | null {
    let item;
    this.asking = true;
    try {
      item = this.flows.next();
    } catch (error) {
      this.exhausted = true;
      this.target.error(error);
      return null;
    } finally {
      this.asking = false;
    }
    if (item.done === true) {
      this.exhausted = true;
      this.target.complete();
      return null;
    }
    if (this.target.closed) this.giveBack();
    else return this.checked(item.value);
    return null;
  }

  private checked(flow: Observable<T>): Observable<T> | null {
    try {
      checkFlow('concatFlowables', flow, this.index++);
      return flow;
    } catch (error) {
      this.target.error(error);
      return null;
    }
  }
}

/** The flow whose turn it is. */
class Part<T> extends LinkSubscriber<T> {
  constructor(
    private readonly sequence: Sequence<T>,
    private readonly target: Subscriber<T>,
    { account, asks }: Discovery,
  ) {
    super(target, account, asks);
  }

  override next(value: T): void {
    if (!this.closed) this.target.next(value);
  }

  override complete(): void {
    if (this.closed) return;
    try {
      this.unsubscribe();
    } finally {
      this.sequence.next();
    }
  }
}
