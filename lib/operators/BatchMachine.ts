import type { Subscription } from 'rxjs';
import type { FlowableSubscriber } from '../credit/FlowableSubscriber.js';
import type { SluiceError } from '../credit/SluiceError.js';
import type { StageOptions } from '../options/common.js';
import { RecordContext } from '../records/RecordContext.js';
import { StageCore } from './StageCore.js';

export interface BatchSettings extends StageOptions {
  readonly capacity: number;
  readonly maxSize: number;
  readonly maxWaitMs: number | undefined;
}

/** The machine of `batch`. The timer only says that a batch may leave; credit says when it does. */
export class BatchMachine<T> extends StageCore<T, T[]> {
  private timer: Subscription | null = null;
  private isDue = false;

  constructor(
    output: FlowableSubscriber<T[]>,
    private readonly settings: BatchSettings,
  ) {
    super(output, settings, 'batch');
    this.account.batch = settings.maxSize;
  }

  /** What lies in an unfinished batch is not waiting for this stage: more must come, or it would never be full. */
  protected override get waiting(): number {
    return this.inbox.size >= this.full ? this.inbox.size : 0;
  }

  protected work(): void {
    while (!this.over && this.inbox.size > 0 && this.mayClose() && this.output.ready()) this.close();
    if (this.inbox.size > 0 && !this.over) this.startTimer();
  }

  protected override forgoHeld(record: RecordContext, reason: SluiceError): void {
    super.forgoHeld(record, reason);
    if (this.inbox.size === 0) this.stopTimer();
  }

  protected abandon(): void {
    this.stopTimer();
  }

  /** A limit above may let fewer records on their way than a batch would hold: then it is full with those. */
  private get full(): number {
    return Math.min(this.settings.maxSize, this.account.limitAbove);
  }

  private mayClose(): boolean {
    return this.inbox.size >= this.full || this.isDue || this.upstreamEnded;
  }

  private close(): void {
    const size = Math.min(this.inbox.size, this.settings.maxSize);
    const values: T[] = [];
    const members: RecordContext[] = [];
    for (let taken = 0; taken < size; taken++) {
      values.push(this.inbox.shift() as T);
      const record = this.takeRecord();
      if (record !== null) members.push(record);
    }
    this.stopTimer();
    const { witness } = this.account;
    if (witness === null || members.length === 0) this.output.deliver(values);
    else this.output.deliverRecord(values, new RecordContext(values, witness, null, members));
    this.account.settled += size;
  }

  private startTimer(): void {
    const { maxWaitMs } = this.settings;
    if (maxWaitMs === undefined || this.timer !== null) return;
    this.timer = this.scheduler.schedule(() => {
      this.isDue = true;
      this.drain();
    }, maxWaitMs);
  }

  private stopTimer(): void {
    this.timer?.unsubscribe();
    this.timer = null;
    this.isDue = false;
  }
}
