import type { ObservableInput } from 'rxjs';
import { current } from '../credit/delivery.js';
import type { FlowableSubscriber } from '../credit/FlowableSubscriber.js';
import { inTurn, reportUnhandled } from '../credit/inTurn.js';
import { codeOf, type SluiceError } from '../credit/SluiceError.js';
import type { StageOptions } from '../options/common.js';
import { CANCELLED } from '../records/outcome.js';
import type { DeadLetter } from '../records/DeadLetter.js';
import type { RecordContext } from '../records/RecordContext.js';
import { innerFlow } from './innerFlow.js';
import { LinkSubscriber } from './LinkSubscriber.js';
import { requireKeeper } from './requireKeeper.js';
import { StageCore } from './StageCore.js';

export interface ExpandSettings extends StageOptions {
  readonly capacity: number;
  readonly concurrency: number;
  readonly onFailure: 'error' | 'deadLetter';
  readonly onDeadLetter: ((letter: DeadLetter) => void) | undefined;
}

/**
 * The machine of `expandStage`. The flows it opens draw on the credit of the stage below themselves, so that what they
 * have to give waits where it is and not in a buffer of ours.
 */
export class ExpandMachine<T, R> extends StageCore<T, R> {
  private readonly inners = new Set<Inner<T, R>>();
  private index = 0;

  constructor(
    output: FlowableSubscriber<R>,
    private readonly project: (value: T, index: number) => ObservableInput<R>,
    private readonly settings: ExpandSettings,
  ) {
    super(output, settings, 'expandStage');
    requireKeeper(this.account, settings);
  }

  protected work(): void {
    while (!this.over && this.inbox.size > 0 && this.inners.size < this.settings.concurrency) {
      this.open(this.inbox.shift() as T, this.takeRecord());
    }
  }

  protected override forgoHeld(record: RecordContext, reason: SluiceError): void {
    super.forgoHeld(record, reason);
    for (const inner of [...this.inners]) if (inner.record?.isOf(record) === true) this.forgoInner(inner, reason);
  }

  private forgoInner(inner: Inner<T, R>, { code }: SluiceError): void {
    this.inners.delete(inner);
    try {
      inner.unsubscribe();
    } catch (error) {
      reportUnhandled(error);
    }
    this.settleHere(inner.record, CANCELLED, code);
  }

  protected abandon(): void {
    const inners = [...this.inners];
    this.inners.clear();
    for (const inner of inners) this.cancelRecord(inner.record);
    inTurn(
      ...inners.map((inner) => () => {
        inner.unsubscribe();
      }),
    );
  }

  private open(value: T, record: RecordContext | null): void {
    let flow;
    try {
      flow = innerFlow(this.project(value, this.index++), this.settings.capacity);
    } catch (error) {
      this.failed(value, record, error);
      return;
    }
    if (this.over) {
      this.cancelRecord(record);
      return;
    }
    const inner = new Inner<T, R>(this, this.output, value, record);
    this.inners.add(inner);
    // What is subscribed in here is part of this record's work, whatever delivery is going on.
    const { producer, record: around, depth } = current;
    current.producer = null;
    current.record = record;
    current.depth = depth + 1;
    try {
      flow.subscribe(inner);
    } finally {
      current.producer = producer;
      current.record = around;
      current.depth = depth;
    }
  }

  innerCompleted(inner: Inner<T, R>): void {
    if (!this.inners.delete(inner)) return;
    this.passedOn();
    inner.record?.release();
    this.drain();
  }

  innerFailed(inner: Inner<T, R>, error: unknown): void {
    if (!this.inners.delete(inner)) return;
    this.failed(inner.value, inner.record, error);
    this.drain();
  }

  private failed(value: T, record: RecordContext | null, error: unknown): void {
    if (this.settings.onFailure === 'error') {
      this.settleHere(record, CANCELLED, codeOf(error));
      this.output.error(error);
      return;
    }
    this.writeOff(value, record, error, this.settings.onDeadLetter);
  }
}

/** Hands on what the flow of one record delivers, and binds that flow to the credit of the stage below. */
class Inner<T, R> extends LinkSubscriber<R> {
  private hasEnded = false;

  constructor(
    private readonly stage: ExpandMachine<T, R>,
    private readonly output: FlowableSubscriber<R>,
    readonly value: T,
    readonly record: RecordContext | null,
  ) {
    super(undefined, output.account, output.asks);
  }

  override next(value: R): void {
    if (this.closed) return;
    if (!this.output.account.bounded) this.record?.passedLastStage();
    this.output.forward(value);
  }

  override complete(): void {
    if (this.hasEnded || this.closed) return;
    this.hasEnded = true;
    try {
      this.unsubscribe();
    } finally {
      this.stage.innerCompleted(this);
    }
  }

  override error(error: unknown): void {
    if (this.hasEnded || this.closed) return;
    this.hasEnded = true;
    try {
      this.unsubscribe();
    } finally {
      this.stage.innerFailed(this, error);
    }
  }
}
