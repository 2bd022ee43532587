import type { Observable } from 'rxjs';
import { CreditAccount } from '../credit/CreditAccount.js';
import { recordAt } from '../credit/delivery.js';
import { Entrance } from '../credit/Entrance.js';
import { overdraft } from '../credit/faults.js';
import { Inbox } from '../credit/Inbox.js';
import { reportUnhandled } from '../credit/inTurn.js';
import { SluiceError } from '../credit/SluiceError.js';
import { DEFAULT_CAPACITY } from '../options/common.js';
import { show } from '../options/checkOptions.js';
import { CANCELLED } from '../records/outcome.js';
import type { RecordContext } from '../records/RecordContext.js';
import { UNBOUNDED_DEMAND, type Subscriber } from '../sources/Publisher.js';

type Ending = { readonly kind: 'complete' } | { readonly kind: 'error'; readonly error: unknown };

/**
 * One subscriber of a publisher: what it requests is the credit that its flow finds. Signals are serial (1.3): what comes
 * while the subscriber is being called waits until that call returns, so that request inside onNext needs no stack (3.3).
 */
export class PublisherOutlet<T> extends Entrance<T> {
  /** Null once it is over: the subscriber is forgotten (3.13). */
  private subscriber: Subscriber<T> | null;
  private given = 0;
  /** What an expansion in the link has made beyond the demand (C3), or what arrived during a signal. */
  private readonly early = new Inbox<T>();
  private readonly records = new Inbox<RecordContext | null>();
  private ending: Ending | null = null;
  /** True while the subscriber is being called. */
  private signalling = false;
  /** Something came, was asked for, or ended, meanwhile. */
  private again = false;

  constructor(subscriber: Subscriber<T>) {
    super(new CreditAccount('toPublisher', DEFAULT_CAPACITY, null));
    this.subscriber = subscriber;
  }

  begin(flow: Observable<T>): void {
    this.signal((subscriber) => {
      subscriber.onSubscribe({
        request: (count) => {
          this.request(count);
        },
        cancel: () => {
          this.cancel();
        },
      });
    });
    this.settle();
    if (this.closed) return;
    try {
      this.connect(flow);
    } catch (error) {
      this.error(error);
    }
  }

  private request(count: number): void {
    if (this.subscriber === null) return;
    if (!isDemand(count)) {
      const given = typeof count === 'number' ? String(count) : show(count);
      this.stop({
        kind: 'error',
        error: new RangeError(
          `request(${given}): rule 3.9 of Reactive Streams: a non-positive subscription request, or one that is not ` +
            `whole, is illegal; request a whole number of at least 1`,
        ),
      });
      return;
    }
    const more = Math.min(count, UNBOUNDED_DEMAND - this.account.granted);
    if (more > 0) this.account.grant(more);
    this.again = true;
    this.settle();
  }

  private cancel(): void {
    if (this.subscriber === null) return;
    this.subscriber = null;
    this.letGo();
  }

  protected accept(value: T): void {
    const { account } = this;
    if (account.overdrawn) {
      this.fault(overdraft(account.name, account.overdraft));
      return;
    }
    const record = recordAt(account) as RecordContext | null;
    if (this.signalling || this.early.size > 0 || this.given >= account.granted) {
      if (record !== null) record.references++;
      this.early.push(value);
      this.records.push(record);
      this.again = true;
    } else {
      this.give(value, record);
      if (this.again) this.settle();
    }
  }

  protected upstreamCompleted(): void {
    this.ending ??= { kind: 'complete' };
    this.settle();
  }

  protected upstreamFailed(error: unknown): void {
    this.ending ??= { kind: 'error', error };
    this.settle();
  }

  protected fault(error: SluiceError): void {
    this.stop({ kind: 'error', error });
  }

  /** Does what can be done now. Inside a signal it only leaves word: whoever made that signal looks again. */
  private settle(): void {
    this.again = true;
    if (this.signalling) return;
    const { account, early } = this;
    while (this.again && this.subscriber !== null) {
      this.again = false;
      while (early.size > 0 && this.given < account.granted) this.giveEarly();
      if (this.ending === null) quietly(this.pump);
      else if (early.size === 0) this.conclude(this.ending);
    }
  }

  private readonly pump = (): void => {
    this.account.pump();
  };

  private giveEarly(): void {
    const value = this.early.shift() as T;
    const record = this.records.shift() ?? null;
    this.give(value, record);
    record?.release();
  }

  private give(value: T, record: RecordContext | null): void {
    if (value === null || value === undefined) {
      record?.note(CANCELLED, 'REACTIVE_STREAMS');
      this.stop({ kind: 'error', error: nullElement(value) });
      return;
    }
    const { subscriber } = this;
    if (subscriber === null) return;
    this.given++;
    this.signalling = true;
    try {
      subscriber.onNext(value);
      record?.passedLastStage();
    } catch (error) {
      record?.note(CANCELLED, 'UNSUBSCRIBED');
      this.threw(error);
    } finally {
      this.signalling = false;
    }
  }

  /** Ends at once, whatever has come early; inside a signal, when that returns. */
  private stop(ending: Ending): void {
    this.letGo();
    this.ending = ending;
    this.settle();
  }

  private conclude(ending: Ending): void {
    this.letGo();
    this.signal((subscriber) => {
      if (ending.kind === 'complete') subscriber.onComplete();
      else subscriber.onError(ending.error ?? noError(ending.error));
    });
    this.subscriber = null;
  }

  private signal(call: (subscriber: Subscriber<T>) => void): void {
    const { subscriber } = this;
    if (subscriber === null) return;
    this.signalling = true;
    try {
      call(subscriber);
    } catch (error) {
      this.threw(error);
    } finally {
      this.signalling = false;
    }
  }

  /** A subscriber whose method throws has cancelled by it (2.13). */
  private threw(error: unknown): void {
    this.cancel();
    reportUnhandled(error);
  }

  /** Releases the flow, which may throw in a teardown: cancel returns normally all the same (3.15). */
  private letGo(): void {
    quietly(() => {
      this.unsubscribe();
    });
    this.early.clear();
    while (this.records.size > 0) {
      const record = this.records.shift() ?? null;
      record?.note(CANCELLED, 'UNSUBSCRIBED');
      record?.release();
    }
  }
}

/** Whole, and at least 1: beyond 2^53 every number is whole, and Infinity is the most there can be. */
function isDemand(count: unknown): boolean {
  return typeof count === 'number' && count >= 1 && (Number.isInteger(count) || count === Infinity);
}

function nullElement(value: unknown): SluiceError {
  return new SluiceError(
    'REACTIVE_STREAMS',
    `toPublisher: the flow gave ${String(value)}, which is no element in Reactive Streams (rule 2.13): ` +
      `map it to a value above toPublisher, or filter it out`,
  );
}

function noError(error: unknown): SluiceError {
  return new SluiceError(
    'REACTIVE_STREAMS',
    `toPublisher: the flow failed with ${String(error)}, which is no error in Reactive Streams (rule 2.13)`,
  );
}

function quietly(work: () => void): void {
  try {
    work();
  } catch (error) {
    reportUnhandled(error);
  }
}
