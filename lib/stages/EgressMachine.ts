import type { StageKind } from '../control/observedStage.js';
import type { FlowableSubscriber } from '../credit/FlowableSubscriber.js';
import { Inbox } from '../credit/Inbox.js';
import { inTurn, reportUnhandled } from '../credit/inTurn.js';
import { codeOf, SluiceError, type SluiceCode } from '../credit/SluiceError.js';
import type { Lane } from '../operators/Lanes.js';
import { requireKeeper } from '../operators/requireKeeper.js';
import { SlotMachine } from '../operators/SlotMachine.js';
import { ignore, isWork } from '../operators/Work.js';
import { Bookkeeper } from '../records/Bookkeeper.js';
import { addressLetter, type Failure } from '../records/DeadLetter.js';
import type { RecordContext } from '../records/RecordContext.js';
import { Attempt, type AttemptOwner } from './Attempt.js';
import { Deadlines } from './Deadlines.js';
import { EgressCall, type EgressInfo } from './EgressInfo.js';
import type { EgressSettings } from './EgressSettings.js';
import { EgressSlot } from './EgressSlot.js';
import { randomFrom, retryDelay } from './retryDelay.js';
import { Strays } from './Strays.js';

/**
 * The machine of `asyncEgress`. A record has a slot from its first attempt until it leaves; an attempt counts only as
 * long as it is the one its slot holds. A timeout takes it from the slot before anybody is told, so that of an answer, a
 * timeout and a cancellation at the same instant exactly one settles the record: the first.
 */
export class EgressMachine<T, R>
  extends SlotMachine<T, R, EgressSlot<T, R>>
  implements AttemptOwner<EgressSlot<T, R>, R>
{
  /** Attempts begun beyond each record's first. */
  retries = 0;
  /** Attempts and records given up because of their time. */
  timeouts = 0;
  /** Attempts that were given up and whose work goes on all the same. */
  readonly strays: Strays;
  private readonly wantsInfo: boolean;
  private readonly hasTimeouts: boolean;
  private readonly random: () => number;
  private readonly deadlines: Deadlines<EgressSlot<T, R>>;
  /** Slots whose delay is over, in order. One that is no longer due has been settled meanwhile. */
  private readonly due = new Inbox<EgressSlot<T, R>>();
  private readonly freeAttempts: Attempt<EgressSlot<T, R>, R>[] = [];

  constructor(
    output: FlowableSubscriber<R>,
    private readonly settings: EgressSettings<T>,
  ) {
    super(output, settings, settings.maxConcurrentOperations, 'asyncEgress');
    const { process, operationTimeoutMs, totalTimeoutMs, seed, enableDeadLetterQueue, onDeadLetter } = settings;
    this.wantsInfo = process.length !== 1;
    this.hasTimeouts = operationTimeoutMs !== undefined || totalTimeoutMs !== undefined;
    this.random = randomFrom(seed);
    this.strays = new Strays(this.scheduler, (strays) => {
      this.tell({ kind: 'strayWork', strays });
    });
    this.deadlines = new Deadlines(this.scheduler, this.timeHasCome);
    if (this.wantsInfo) this.account.witness ??= new Bookkeeper();
    requireKeeper(this.account, { onFailure: enableDeadLetterQueue ? 'deadLetter' : 'error', onDeadLetter });
  }

  /** How much of its concurrency is taken, 0 to 1, strays included. */
  override get trigger(): number {
    const { maxConcurrentOperations, capacity } = this.settings;
    return Math.min(1, (this.active + this.strays.count) / Math.min(maxConcurrentOperations, capacity));
  }

  protected override get kind(): StageKind {
    return 'asyncEgress';
  }

  attemptEnded(attempt: Attempt<EgressSlot<T, R>, R>): void {
    const { slot, state, result, error } = attempt;
    if (slot === null) {
      this.strays.end();
      this.recycle(attempt);
      this.drain();
      return;
    }
    if (this.over) return;
    this.observe(attempt, state === 'failed');
    slot.attempt = null;
    this.recycle(attempt);
    if (state === 'failed') {
      this.attemptFailed(slot, error);
      return;
    }
    this.deadlines.remove(slot);
    slot.state = 'done';
    slot.result = result === undefined ? (slot.value as R) : result;
    this.finished(slot);
  }

  /** A promise that ignores its signal goes on as a stray, as after a timeout. */
  protected override stopWork(slot: EgressSlot<T, R>, reason: SluiceError): void {
    const { attempt } = slot;
    this.deadlines.remove(slot);
    slot.isDue = false;
    slot.attempt = null;
    if (attempt !== null) this.strand(attempt, reason);
  }

  protected makeSlot(): EgressSlot<T, R> {
    return new EgressSlot<T, R>(this.progressed);
  }

  protected begin(value: T, record: RecordContext | null, lane: Lane<T> | null): void {
    const { totalTimeoutMs } = this.settings;
    const slot = this.occupy(value, record, lane);
    slot.state = 'running';
    if (this.order === 'input') this.window.push(slot);
    if (totalTimeoutMs !== undefined) slot.giveUpAt = this.deadlines.now() + totalTimeoutMs;
    this.attempt(slot);
  }

  protected override isStuck(): boolean {
    return this.active >= this.settings.maxConcurrentOperations && this.due.size === 0 && this.window.size === 0;
  }

  /** Retries first: they have their places. Nothing begins while more work goes on unheard than the limit allows. */
  protected override beginMore(): boolean {
    if (this.strays.count > this.settings.maxConcurrentOperations) return false;
    for (let slot = this.due.shift(); slot !== undefined; slot = this.due.shift()) {
      if (!slot.isDue) continue;
      slot.isDue = false;
      this.retries++;
      this.attempt(slot);
      return true;
    }
    return super.beginMore();
  }

  protected failed(value: T, record: RecordContext | null, lane: Lane<T> | null, failure: unknown): void {
    this.settle(value, record, failure as Failure);
    if (lane === null) return;
    if (this.settings.onKeyFailure === 'park') this.park(lane, failure as Failure);
    this.lanes?.finished(lane);
  }

  protected override withoutLane(value: T, record: RecordContext | null, error: unknown): void {
    this.settle(value, record, this.notBegun(codeOf(error), error));
  }

  protected override abandon(): void {
    inTurn(
      () => {
        this.deadlines.clear();
        this.strays.stop();
      },
      () => {
        super.abandon();
      },
    );
  }

  private attempt(slot: EgressSlot<T, R>): void {
    const { process } = this.settings;
    const attempt = this.freeAttempts.pop() ?? new Attempt<EgressSlot<T, R>, R>(this);
    slot.attempts++;
    slot.attempt = attempt;
    const call = this.wantsInfo ? new EgressCall(slot.record as RecordContext, slot.attempts, slot) : null;
    const now = this.hasTimeouts || this.meter !== null ? this.deadlines.now() : -1;
    attempt.begin(slot, call, now);
    if (this.hasTimeouts) this.setTimeouts(slot, now);
    let result;
    let goesOn;
    try {
      result = process(slot.value as T, call as EgressInfo);
      goesOn = isWork(result);
    } catch (error) {
      attempt.fail(error);
      return;
    }
    // The stage ended while `process` ran: what it returned is not waited for, and what it rejects with is heard.
    if (this.over) ignore(result);
    else if (goesOn) attempt.follow(result as PromiseLike<R>);
    else attempt.succeed(result as R);
  }

  private setTimeouts(slot: EgressSlot<T, R>, now: number): void {
    const { operationTimeoutMs = Infinity } = this.settings;
    this.deadlines.set(slot, Math.min(slot.giveUpAt, now + operationTimeoutMs));
  }

  private readonly progressed = (slot: EgressSlot<T, R>): void => {
    if (this.hasTimeouts) this.setTimeouts(slot, this.deadlines.now());
  };

  private attemptFailed(slot: EgressSlot<T, R>, error: unknown): void {
    const { isRetryable, maxAttempts } = this.settings;
    slot.noteError(error, this.scheduler.now());
    let isWorthIt;
    let reason = error;
    try {
      isWorthIt = isRetryable(error, slot.attempts);
    } catch (thrown) {
      slot.noteError(thrown, this.scheduler.now());
      reason = thrown;
      isWorthIt = false;
    }
    if (this.over) return;
    if (!isWorthIt) this.giveUp(slot, codeOf(reason));
    else if (slot.attempts >= maxAttempts) this.giveUp(slot, codeOf(error) === 'TIMEOUT' ? 'TIMEOUT' : 'EXHAUSTED');
    else {
      const delay = retryDelay(this.settings, slot.attempts, error, this.random);
      this.deadlines.set(slot, Math.min(slot.giveUpAt, this.deadlines.now() + delay));
    }
  }

  private readonly timeHasCome = (slot: EgressSlot<T, R>, now: number): void => {
    if (now >= slot.giveUpAt) this.timedOut(slot, true);
    else if (slot.attempt !== null) this.timedOut(slot, false);
    else {
      slot.isDue = true;
      this.due.push(slot);
      if (slot.giveUpAt < Infinity) this.deadlines.set(slot, slot.giveUpAt);
      this.drain();
    }
  };

  private timedOut(slot: EgressSlot<T, R>, forGood: boolean): void {
    const { attempt } = slot;
    const { operationTimeoutMs, totalTimeoutMs } = this.settings;
    const what = forGood
      ? `totalTimeoutMs (${String(totalTimeoutMs)})`
      : `operationTimeoutMs (${String(operationTimeoutMs)})`;
    const error = new SluiceError('TIMEOUT', `stage '${this.name}': no answer within ${what}`);
    this.timeouts++;
    if (attempt !== null) {
      this.observe(attempt, true);
      slot.attempt = null;
      this.strand(attempt, error);
      if (this.over) return;
    }
    if (!forGood) {
      this.attemptFailed(slot, error);
      return;
    }
    slot.noteError(error, this.scheduler.now());
    this.giveUp(slot, 'TIMEOUT');
  }

  /** The attempt counts no more. It is counted as a stray before it is told to stop, because it may end inside that. */
  private strand(attempt: Attempt<EgressSlot<T, R>, R>, reason: SluiceError): void {
    const { isStoppable } = attempt;
    if (!isStoppable) this.strays.begin(this.observation !== null);
    try {
      attempt.stop(reason);
    } catch (error) {
      reportUnhandled(error);
    }
    if (isStoppable) this.recycle(attempt);
  }

  private giveUp(slot: EgressSlot<T, R>, code: SluiceCode): void {
    this.deadlines.remove(slot);
    slot.isDue = false;
    slot.state = 'failed';
    slot.error = slot.describe(code);
    this.finished(slot);
  }

  /** What waits behind a record of its lane that was given up is given up too, in order. */
  private park(lane: Lane<T>, { code }: Failure): void {
    while (!this.over) {
      const next = this.lanes?.takeBehind(lane);
      if (next === undefined) return;
      const message = `stage '${this.name}': an earlier record of its key was given up (${code})`;
      this.settle(next.value, next.record, this.notBegun('PARKED', new SluiceError('PARKED', message)));
    }
  }

  private notBegun(code: SluiceCode, error: unknown): Failure {
    const now = this.scheduler.now();
    return { code, attempts: 0, errors: [error], firstAt: now, lastAt: now };
  }

  private settle(value: T, record: RecordContext | null, failure: Failure): void {
    const { enableDeadLetterQueue, onDeadLetter } = this.settings;
    if (enableDeadLetterQueue) this.sendOff(addressLetter(value, record, this.name, failure), record, onDeadLetter);
    else this.reject(value, record, failure.code);
  }

  private observe({ startedAt }: Attempt<EgressSlot<T, R>, R>, failed: boolean): void {
    if (this.meter !== null && startedAt >= 0) this.meter.observe(this.deadlines.now() - startedAt, failed);
  }

  private recycle(attempt: Attempt<EgressSlot<T, R>, R>): void {
    attempt.clear();
    this.freeAttempts.push(attempt);
  }
}
