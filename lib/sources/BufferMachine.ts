import { isDeliveryOf } from '../credit/delivery.js';
import type { FlowableSubscriber } from '../credit/FlowableSubscriber.js';
import type { StageOptions } from '../options/common.js';
import type { Overflow } from '../operators/overflow.js';
import { StageCore } from '../operators/StageCore.js';

export interface BufferSettings extends StageOptions {
  readonly operator: string;
  readonly overflow: Overflow;
  /** Whether a pushed record may wait at all. */
  readonly keeps: boolean;
  readonly onDrop: ((value: never) => void) | undefined;
}

/** The machine of the three policies: an inbox that pushes may fill, emptied as the stage below grants credit. */
export class BufferMachine<T> extends StageCore<T, T> {
  constructor(
    output: FlowableSubscriber<T>,
    private readonly settings: BufferSettings,
  ) {
    super(output, settings, settings.operator, settings.overflow);
  }

  protected override get takesPushes(): boolean {
    return true;
  }

  override next(value: T): void {
    if (
      !this.settings.keeps &&
      !this.closed &&
      !isDeliveryOf(this.account) &&
      (this.inbox.size > 0 || !this.output.ready())
    ) {
      this.drop(value);
    } else super.next(value);
  }

  protected work(): void {
    while (this.inbox.size > 0 && this.output.ready()) {
      const value = this.inbox.shift() as T;
      const record = this.takeRecord();
      if (record === null) this.output.deliver(value);
      else this.output.deliverRecord(value, record);
      this.passedOn();
      if (this.over) return;
    }
  }

  protected abandon(): void {
    // The inbox is all there is, and the core empties it.
  }

  protected override dropped(value: T): void {
    try {
      (this.settings.onDrop as ((value: T) => void) | undefined)?.(value);
    } catch (error) {
      this.output.error(error);
    }
  }
}
