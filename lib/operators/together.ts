import { Observable, type Subscriber } from 'rxjs';
import { SluiceError } from '../credit/SluiceError.js';
import { show } from '../options/checkOptions.js';
import type { CreditAccount } from '../credit/CreditAccount.js';
import { LinkSubscriber } from './LinkSubscriber.js';

/**
 * One link of several flows, all bound to one credit. None of them may deliver before all are subscribed: or the first
 * would take the whole credit, and one that ends meanwhile would be taken for the last.
 */
export function together<T>(flows: readonly Observable<T>[], account: CreditAccount): Observable<T> {
  return new Observable<T>((target) => {
    const open = { count: flows.length };
    if (flows.length === 0) target.complete();
    account.enrolTogether(() => {
      for (const flow of flows) if (!target.closed) flow.subscribe(new Part(target, account, open));
    });
  });
}

/** One of the flows: the link completes with the last of them. */
class Part<T> extends LinkSubscriber<T> {
  constructor(
    private readonly target: Subscriber<T>,
    account: CreditAccount,
    private readonly open: { count: number },
  ) {
    super(target, account, null);
  }

  override next(value: T): void {
    if (!this.closed) this.target.next(value);
  }

  override complete(): void {
    if (this.closed) return;
    if (--this.open.count === 0) super.complete();
    else this.unsubscribe();
  }
}

/** @throws SluiceError OPTION where one of them is none */
export function checkFlows(operator: string, flows: unknown): void {
  if (!Array.isArray(flows)) {
    throw new SluiceError('OPTION', `${operator}: the flows are ${show(flows)}; give an array of Observables`);
  }
  for (const [index, flow] of flows.entries()) checkFlow(operator, flow, index);
}

/** @throws SluiceError OPTION where it is none */
export function checkFlow(operator: string, flow: unknown, index: number): void {
  if (isSubscribable(flow)) return;
  throw new SluiceError(
    'OPTION',
    `${operator}: flow ${String(index)} is ${show(flow)}; give an Observable, or write fromPull(iterable)`,
  );
}

function isSubscribable(flow: unknown): boolean {
  return typeof flow === 'object' && flow !== null && 'subscribe' in flow && typeof flow.subscribe === 'function';
}
