import type { Observable, Subscription } from 'rxjs';
import type { ConcurrencyLimit } from '../control/ConcurrencyLimit.js';
import type { StageKind } from '../control/observedStage.js';
import type { Starvation } from '../control/stageEvent.js';
import { TokenBucket } from '../control/TokenBucket.js';
import { accountsBelow, limitRecords } from '../credit/accountsBelow.js';
import { IDLE } from '../credit/DrainLoop.js';
import type { FlowableSubscriber } from '../credit/FlowableSubscriber.js';
import { afterTeardown } from '../credit/teardown.js';
import type { Overflow } from '../operators/overflow.js';
import type { ReadyStageOptions } from '../options/common.js';
import { Bookkeeper } from '../records/Bookkeeper.js';
import type { RecordContext, SettlementWatcher } from '../records/RecordContext.js';
import { StraightStage } from './StraightStage.js';

export interface GatewaySettings extends ReadyStageOptions {
  readonly capacity: number;
  readonly maxRequestsPerSecond: number | undefined;
  readonly burst: number | undefined;
  readonly limit: ConcurrencyLimit | null;
  readonly slowProcessingThresholdMs: number | undefined;
  readonly earlyThrottleAt: number | undefined;
  readonly overflow: Overflow;
  readonly onSlow: ((record: RecordContext, tookMs: number) => void) | undefined;
  readonly onStarved: ((starved: readonly Starvation[]) => void) | undefined;
}

/** The most by which the gateway delays its grants on its own account. */
const MOST_DELAY_MS = 100;

/**
 * The machine of `gateway`: a record leaves the inbox when there is a token for it and a place among the records that
 * are unsettled in the whole pipeline. The place is given back when the record settles, wherever that is.
 */
export class GatewayMachine<T> extends StraightStage<T> implements SettlementWatcher {
  private readonly bucket: TokenBucket | null;
  private timer: Subscription | null = null;
  /** When the records that are out left here. Filled only where slow ones are looked for (C13). */
  private readonly leftAt = new Map<RecordContext, number>();
  /** How many records took longer than the threshold. */
  slowRecords = 0;

  constructor(
    output: FlowableSubscriber<T>,
    private readonly settings: GatewaySettings,
  ) {
    super(output, settings, 'gateway', settings.overflow);
    const { maxRequestsPerSecond: rate, burst, limit, slowProcessingThresholdMs } = settings;
    this.bucket = rate === undefined ? null : new TokenBucket(rate, burst ?? defaultBurst(rate), this.scheduler.now());
    if (settings.earlyThrottleAt !== undefined) this.pace(settings.creditReplenishRate);
    if (limit !== null || slowProcessingThresholdMs !== undefined) this.account.ask(new Bookkeeper());
    if (this.idleNow()) this.mode = IDLE;
  }

  /** The stages below are told what this limit lets reach them: a batch may not wait for more. */
  override start(source: Observable<T>): void {
    const { limit } = this.settings;
    if (limit !== null) {
      limitRecords(accountsBelow(this.account), limit.most);
      this.warnOfStarvation(limit.most);
    }
    super.start(source);
  }

  /** Said once, when it is subscribed: what lies below can be seen then, and changes no more. */
  private warnOfStarvation(limit: number): void {
    const found = new Map<string, Starvation>();
    for (const { account: below } of accountsBelow(this.account)) {
      for (const option of ['concurrency', 'batch'] as const) {
        const wanted = below[option];
        // The lanes of partitionBy have the same stages, each of them one.
        if (wanted > limit) found.set(`${option} ${below.name}`, { stage: below.name, option, wanted, limit });
      }
    }
    if (found.size === 0) return;
    const starved = [...found.values()];
    this.settings.onStarved?.(starved);
    this.beObserved();
    this.tell({ kind: 'starved', starved });
  }

  recordSettled(record: RecordContext): void {
    this.noteIfSlow(record);
    this.settings.limit?.give();
  }

  protected work(): void {
    while (!this.over && this.inbox.size > 0 && this.output.ready()) {
      if (!this.mayPass()) return;
      const value = this.inbox.shift() as T;
      this.pass(value, this.takeRecord());
    }
  }

  protected override admitsStraight(): boolean {
    return this.mayPass();
  }

  protected passStraight(value: T): void {
    const record = this.takeOver(value);
    if (record === null) this.output.passOn(value);
    else this.handOnStraight(value, this.watched(record));
    this.passedOn();
  }

  protected override get kind(): StageKind {
    return 'gateway';
  }

  protected override readonly dropCode = 'SHED';

  /** When there will be a token for one record more than wait already. */
  protected override retryAfterMs(): number | undefined {
    if (this.bucket === null) return undefined;
    return this.bucket.waitMs(Math.min(this.bucket.burst, this.inbox.size + 1), this.scheduler.now());
  }

  /** How much grants are delayed: from nothing at `earlyThrottleAt` to the most where the inbox is full. */
  protected override earlyDelayMs(): number {
    const { earlyThrottleAt, capacity } = this.settings;
    if (earlyThrottleAt === undefined) return 0;
    const fill = this.inbox.size / capacity;
    return fill < earlyThrottleAt ? 0 : MOST_DELAY_MS * ((fill - earlyThrottleAt) / (1 - earlyThrottleAt));
  }

  protected abandon(): void {
    this.timer?.unsubscribe();
    // Records that are out are still watched: the gateway may have completed long before they settle.
    this.settings.limit?.forget(this.again);
  }

  /** Takes a place and a token, or sees to it that the loop is called again when there is one. */
  private mayPass(): boolean {
    const { limit } = this.settings;
    if (this.bucket !== null) {
      const now = this.scheduler.now();
      const wait = this.bucket.waitMs(1, now);
      if (wait > 0) {
        this.wakeIn(wait);
        return false;
      }
    }
    if (limit !== null && !limit.take(this.again)) return false;
    this.bucket?.spend(1);
    return true;
  }

  private pass(value: T, record: RecordContext | null): void {
    if (record === null) this.output.deliver(value);
    else this.output.deliverRecord(value, this.watched(record));
    this.passedOn();
  }

  /** What came of one record in the link above has a place each: waiting for all of them, none would ever be free. */
  private watched(record: RecordContext): RecordContext {
    const { limit, slowProcessingThresholdMs } = this.settings;
    if (limit === null && slowProcessingThresholdMs === undefined) return record;
    const own = record.descendant();
    if (slowProcessingThresholdMs !== undefined) this.leftAt.set(own, this.scheduler.now());
    own.watch(this);
    return own;
  }

  private readonly again = (): void => {
    afterTeardown(() => {
      this.drain();
    });
  };

  private wakeIn(delay: number): void {
    this.timer ??= this.scheduler.schedule(() => {
      this.timer = null;
      this.drain();
    }, delay);
  }

  private noteIfSlow(record: RecordContext): void {
    const { slowProcessingThresholdMs: threshold, onSlow } = this.settings;
    const left = this.leftAt.get(record);
    if (threshold === undefined || left === undefined) return;
    this.leftAt.delete(record);
    const took = this.scheduler.now() - left;
    if (took <= threshold) return;
    this.slowRecords++;
    this.tell({ kind: 'slow', tookMs: took, thresholdMs: threshold, key: record.key });
    onSlow?.(record, took);
  }
}

/** A tenth of a second's worth, so that a timer of a millisecond's grain can keep the rate. */
function defaultBurst(ratePerSecond: number): number {
  return Math.max(1, Math.ceil(ratePerSecond / 10));
}
