import type { FlowableSubscriber } from '../credit/FlowableSubscriber.js';
import { current } from '../credit/delivery.js';
import { endOfChain, isBeingReleased, type Closable } from '../credit/discovery.js';
import type { DeliveredRecord, Stoppable, Witness } from '../credit/protocol.js';
import type { BranchCopy, BranchEnd } from '../records/BranchCopy.js';
import { Inbox } from '../credit/Inbox.js';
import { RecordContext } from '../records/RecordContext.js';

/** A record that some branches have not been given yet: it has its place until they have. */
export interface Lagging<T> {
  readonly value: T;
  branches: number;
}

/** What one branch is still to be given. */
export interface Copy<T> {
  readonly of: Lagging<T>;
  readonly copy: BranchCopy | null;
}

/** What a branch needs to know of the fan-out it belongs to. */
export interface Trunk<T> {
  leave(branch: Branch<T>): void;
  /** Whether any other branch goes on, or has completed, when this one is cancelled. */
  goesOnWithout(branch: Branch<T>): boolean;
  /** Whoever keeps the contexts above the branches. */
  readonly witness: Witness | null;
}

/** One subscription of a fan-out: an output with a credit of its own. */
export class Branch<T> implements BranchEnd {
  trunk: Trunk<T> | null = null;
  hasLeft = false;
  private readonly end: Closable;
  /** What it lags behind with. Only a broadcast lets it. */
  readonly queue = new Inbox<Copy<T>>();
  /** Records of the pipeline below, where that keeps books of its own, and what was handed to it for each of them. */
  private readonly foreign = new Map<DeliveredRecord, RecordContext>();

  /** @param isPushed it takes every record at once, whatever its credit: its policy says what it does with them */
  constructor(
    readonly output: FlowableSubscriber<T>,
    readonly isPushed: boolean,
  ) {
    this.end = endOfChain(output);
  }

  get isForgiven(): boolean {
    return this.hasLeft && this.trunk?.goesOnWithout(this) === true;
  }

  /** It is not cancelled together with that branch. One that has completed is, where both have one end below. */
  goesOnWithout(branch: Branch<T>): boolean {
    if (this.hasLeft) return this.end !== branch.end || !this.end.closed;
    return !isBeingReleased(this.output);
  }

  /** A letter from below the branch goes in again here. It has no end of its own: the trunk tells it when to end. */
  readonly entry: Stoppable = {
    complete: () => undefined,
    hold: () => undefined,
    inject: (value, mark, giveBack) => this.output.inject(value, mark, giveBack),
  };

  ready(): boolean {
    return this.isPushed || this.output.ready();
  }

  /** Whoever keeps the contexts of what is handed on here; null where nobody has asked. */
  get witness(): Witness | null {
    return this.output.account.witness ?? this.output.asks;
  }

  /** The record inside whose delivery the branch was subscribed, where it is of the same pipeline. */
  scopeFor(witness: Witness): RecordContext | null {
    const scope = this.output.scope as RecordContext | null;
    return scope?.witness === witness ? scope : null;
  }

  /** Hands on one record. The caller's reference passes to the branch. */
  give(value: T, record: RecordContext | null): void {
    if (record === null) {
      if (this.isPushed) this.output.next(value);
      else this.output.send(value);
      return;
    }
    const { witness } = this;
    if (witness === null && this.output.account.bounded) this.output.account.ask(record.witness);
    if (witness === null || witness === record.witness) this.deliver(value, record);
    else this.deliver(value, this.openForeign(value, record, witness));
  }

  /** The record that was handed over as this one of the pipeline below; itself, where they are of one pipeline. */
  handedAs(record: DeliveredRecord): RecordContext | null {
    return this.foreign.get(record) ?? (record as RecordContext);
  }

  private deliver(value: T, record: RecordContext): void {
    if (!this.isPushed) {
      this.output.deliverRecord(value, record);
      return;
    }
    const { producer, record: around, depth } = current;
    current.producer = null;
    current.record = record;
    current.depth = depth + 1;
    try {
      this.output.next(value);
    } finally {
      current.producer = producer;
      current.record = around;
      current.depth = depth;
      record.release();
    }
  }

  /** The pipeline below has books of its own: for them a record enters here. */
  private openForeign(value: T, record: RecordContext, witness: Witness): RecordContext {
    const scope = this.scopeFor(witness);
    let own;
    if (scope === null) {
      own = witness.open(value, this.output, null) as RecordContext;
      this.output.settled ??= this.foreignSettled;
    } else {
      scope.references++;
      own = new RecordContext(value, witness, null, [scope]);
      own.watch({ recordSettled: this.foreignSettled });
    }
    this.foreign.set(own, record);
    return own;
  }

  private readonly foreignSettled = (settled: DeliveredRecord): void => {
    const record = this.foreign.get(settled);
    if (record === undefined) return;
    this.foreign.delete(settled);
    const { rank, code } = settled as RecordContext;
    record.note(rank, code);
    record.release();
  };
}
