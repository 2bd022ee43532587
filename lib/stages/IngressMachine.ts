import type { Subscription } from 'rxjs';
import type { StageKind } from '../control/observedStage.js';
import type { FlowableSubscriber } from '../credit/FlowableSubscriber.js';
import { SluiceError } from '../credit/SluiceError.js';
import { StageMachine, type Project, type ProjectSettings } from '../operators/StageMachine.js';
import type { RecordContext } from '../records/RecordContext.js';

export type OnBufferTimeout = 'wait' | 'deadLetter' | 'reject';

export interface IngressSettings<T> extends ProjectSettings<T> {
  readonly bufferTimeoutMs: number | undefined;
  readonly onBufferTimeout: OnBufferTimeout;
}

/**
 * The machine of `ingressProcessing`: a stage whose project validates and prepares, and that watches how long the record
 * at the head of the inbox waits. The clock runs only while the stage below could take a record: what waits because of
 * back pressure waits as long as demand says.
 */
export class IngressMachine<T, R> extends StageMachine<T, R> {
  private clock: Subscription | null = null;
  /** How many records have waited longer than the timeout. */
  overdueRecords = 0;
  private headIsOverdue = false;

  constructor(
    output: FlowableSubscriber<R>,
    project: Project<T, R>,
    private readonly ingress: IngressSettings<T>,
  ) {
    super(output, project, ingress);
  }

  protected override get kind(): StageKind {
    return 'ingressProcessing';
  }

  protected override isStuck(): boolean {
    return this.active >= this.ingress.concurrency && !this.output.ready();
  }

  protected override work(): void {
    const waiting = this.waiting;
    super.work();
    if (this.ingress.bufferTimeoutMs === undefined || this.over) return;
    const headMoved = this.waiting < waiting || this.waiting === 0;
    if (headMoved || !this.output.ready()) this.stopClock();
    if (this.waiting > 0 && this.output.ready() && !this.headIsOverdue) this.startClock(this.ingress.bufferTimeoutMs);
  }

  protected override forgoHeld(record: RecordContext, reason: SluiceError): void {
    if (this.records.peek()?.isOf(record) === true) this.stopClock();
    super.forgoHeld(record, reason);
  }

  protected override abandon(): void {
    this.stopClock();
    super.abandon();
  }

  private startClock(timeout: number): void {
    this.clock ??= this.scheduler.schedule(() => {
      this.clock = null;
      this.overdue(timeout);
    }, timeout);
  }

  private stopClock(): void {
    this.clock?.unsubscribe();
    this.clock = null;
    this.headIsOverdue = false;
  }

  private overdue(timeout: number): void {
    this.overdueRecords++;
    this.meter?.observe(timeout, true);
    if (this.ingress.onBufferTimeout === 'wait') {
      this.headIsOverdue = true;
      return;
    }
    const value = this.inbox.shift() as T;
    const record = this.takeRecord();
    if (this.ingress.onBufferTimeout === 'reject') this.reject(value, record, 'BUFFER_TIMEOUT');
    else this.writeOff(value, record, tooLong(this.name, timeout), this.ingress.onDeadLetter);
    this.drain();
  }
}

function tooLong(stage: string, timeout: number): SluiceError {
  return new SluiceError('BUFFER_TIMEOUT', `stage '${stage}': the record waited longer than ${String(timeout)} ms`);
}
