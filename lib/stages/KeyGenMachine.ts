import { Assignment } from '../control/Assignment.js';
import { hashKey } from '../control/hashKey.js';
import type { StageKind } from '../control/observedStage.js';
import type { Observable, Subscription } from 'rxjs';
import { BUSY, IDLE } from '../credit/DrainLoop.js';
import type { FlowableSubscriber } from '../credit/FlowableSubscriber.js';
import { afterTeardown } from '../credit/teardown.js';
import { isSluiceError, SluiceError } from '../credit/SluiceError.js';
import { identityOf } from '../operators/order.js';
import { requireKeeper } from '../operators/requireKeeper.js';
import { show } from '../options/checkOptions.js';
import type { ReadyStageOptions } from '../options/common.js';
import { Bookkeeper } from '../records/Bookkeeper.js';
import type { DeadLetter } from '../records/DeadLetter.js';
import { CANCELLED } from '../records/outcome.js';
import type { RecordContext, SettlementWatcher } from '../records/RecordContext.js';
import { StraightStage } from './StraightStage.js';

export interface KeyGenSettings<T> extends ReadyStageOptions {
  readonly keySelector: (value: T) => unknown;
  readonly numberOfPartitions: number;
  readonly keyGroups: number;
  readonly enableLoadAwareness: boolean;
  readonly loadImbalanceThreshold: number;
  readonly onDeadLetter: ((letter: DeadLetter) => void) | undefined;
}

/** A key that has records in flight, and where they go. It watches them, whatever key a later stage gives them. */
class KeyInFlight implements SettlementWatcher {
  count = 0;
  /** It was waited for in vain, and keeps its partition as long as it has records in flight. */
  stays = false;

  constructor(
    private readonly machine: { keySettled(key: KeyInFlight): void },
    readonly identity: unknown,
    readonly group: number,
    readonly partition: number,
  ) {}

  recordSettled(): void {
    this.machine.keySettled(this);
  }
}

/** The record that goes next. */
interface Head<T> {
  readonly value: T;
  readonly record: RecordContext;
  readonly key: unknown;
  readonly group: number;
}

/** So many records pass between two looks at the balance, at least. */
const RECORDS_BETWEEN_LOOKS = 256;

/** A look goes through all groups: with many of them it is taken less often, so that its share in a record stays. */
const GROUPS_PER_RECORD = 4;

/** From this share of its partition's work on a key is worth waiting for, to move it. */
const HEAVY_SHARE = 0.25;

/**
 * For so long nothing of a key may settle while it is waited for. Below there may be a batch that waits for just the
 * records that wait here.
 */
const PATIENCE_MS = 1000;

/**
 * The machine of `keyGen`. A key with records in flight keeps its partition, so that a group may move at any moment and
 * the order per key survives. A heavy key whose group has moved would never be without records in flight: its next
 * record waits here until the others have settled, and goes to the new partition. Where they do not settle it goes
 * where they went.
 */
export class KeyGenMachine<T> extends StraightStage<T> {
  private assignment!: Assignment;
  private readonly inFlight = new Map<unknown, KeyInFlight>();
  private head: Head<T> | null = null;
  private readonly recordsBetweenLooks: number;
  private untilLook: number;
  /** The key that the record at the head of the inbox waits for. */
  private awaited: KeyInFlight | null = null;
  private patience: Subscription | null = null;

  constructor(
    output: FlowableSubscriber<T>,
    private readonly settings: KeyGenSettings<T>,
  ) {
    super(output, settings, 'keyGen');
    requireKeeper(this.account, { onFailure: 'deadLetter', onDeadLetter: settings.onDeadLetter });
    this.account.ask(new Bookkeeper());
    this.recordsBetweenLooks = Math.max(RECORDS_BETWEEN_LOOKS, Math.ceil(settings.keyGroups / GROUPS_PER_RECORD));
    this.untilLook = this.recordsBetweenLooks;
    if (this.idleNow()) this.mode = IDLE;
  }

  /** The stages of one name under one controller share an assignment, so that a key has one partition in all. */
  override start(source: Observable<T>): void {
    const { numberOfPartitions, keyGroups, enableLoadAwareness, loadImbalanceThreshold } = this.settings;
    const threshold = enableLoadAwareness ? loadImbalanceThreshold : Infinity;
    this.beObserved();
    this.assignment =
      this.observation?.lease.assignment(numberOfPartitions, keyGroups, threshold) ??
      new Assignment(numberOfPartitions, keyGroups, threshold);
    super.start(source);
  }

  /** Keys that have records in flight. */
  get keysInFlight(): number {
    return this.inFlight.size;
  }

  /** One record of the key has settled. */
  keySettled(key: KeyInFlight): void {
    this.assignment.ended(key.group, key.partition);
    if (--key.count === 0) this.inFlight.delete(key.identity);
    if (this.awaited !== key) return;
    this.stopWaiting();
    if (key.count > 0) {
      this.awaitKey(key);
      return;
    }
    afterTeardown(() => {
      this.drain();
    });
  }

  protected override get kind(): StageKind {
    return 'keyGen';
  }

  protected work(): void {
    while (!this.over && this.output.ready()) {
      this.head ??= this.takeHead();
      if (this.head === null || !this.mayGo(this.head)) return;
      const { value, record } = this.head;
      this.head = null;
      this.output.deliverRecord(value, record);
      this.passedOn();
    }
  }

  protected passStraight(value: T): void {
    const head = this.headOf(value, this.takeOver(value));
    if (head === null) return;
    // The selector may have done something to the stage.
    if (this.mode !== BUSY || !this.output.ready() || !this.mayGo(head)) {
      this.head = head;
      this.attend();
      return;
    }
    this.handOnStraight(value, head.record);
    this.passedOn();
  }

  protected override get waiting(): number {
    return this.inbox.size + (this.head === null ? 0 : 1);
  }

  protected override forgoHeld(record: RecordContext, reason: SluiceError): void {
    const { head } = this;
    if (head?.record.isOf(record) === true) {
      this.head = null;
      this.stopWaiting();
      this.settleHere(head.record, CANCELLED, reason.code);
    }
    super.forgoHeld(record, reason);
  }

  protected abandon(): void {
    this.stopWaiting();
    if (this.head !== null) this.cancelRecord(this.head.record);
    this.head = null;
  }

  /** The next record that has a key. One without is given up here. */
  private takeHead(): Head<T> | null {
    while (!this.over && this.inbox.size > 0) {
      const value = this.inbox.shift() as T;
      const head = this.headOf(value, this.takeRecord());
      if (head !== null) return head;
    }
    return null;
  }

  /** The record with its key; null where it has none and is given up. */
  private headOf(value: T, given: RecordContext | null): Head<T> | null {
    const record = given ?? (this.books?.open(value, null, null) as RecordContext);
    try {
      const key = this.settings.keySelector(value);
      const hash = hashKey(key);
      if (hash === undefined) throw unusable(this.name, key);
      if (!this.over) return { value, record: record.descendant(), key, group: hash % this.assignment.groups };
      this.cancelRecord(record);
    } catch (error) {
      this.writeOff(value, record, asKeyError(this.name, error), this.settings.onDeadLetter);
    }
    return null;
  }

  /** Books the record under its key. False: it waits until the others of its key have settled. */
  private mayGo({ record, key, group }: Head<T>): boolean {
    const assigned = this.assignment.partitionOf(group);
    const identity = identityOf(key);
    let known = this.inFlight.get(identity);
    if (known === undefined) {
      known = new KeyInFlight(this, identity, group, assigned);
      this.inFlight.set(identity, known);
    } else if (known.partition !== assigned && !known.stays && this.isHeavy(known)) {
      if (this.awaited !== known) this.awaitKey(known);
      return false;
    }
    this.stopWaiting();
    known.count++;
    this.assignment.began(known.group, known.partition);
    record.key = key;
    record.partition = known.partition;
    record.watch(known);
    if (this.settings.enableLoadAwareness && --this.untilLook <= 0) this.look();
    return true;
  }

  private awaitKey(key: KeyInFlight): void {
    this.awaited = key;
    this.patience = this.scheduler.schedule(() => {
      key.stays = true;
      this.stopWaiting();
      this.drain();
    }, PATIENCE_MS);
  }

  private stopWaiting(): void {
    this.patience?.unsubscribe();
    this.patience = this.awaited = null;
  }

  private isHeavy({ partition, count }: KeyInFlight): boolean {
    return count > this.assignment.inFlightOf(partition) * HEAVY_SHARE;
  }

  private look(): void {
    this.untilLook = this.recordsBetweenLooks;
    this.assignment.rebalance();
  }
}

function unusable(stage: string, key: unknown): SluiceError {
  return new SluiceError(
    'KEY',
    `stage '${stage}': keySelector returned ${show(key)}; return a string, a number, a bigint, a boolean or a Uint8Array`,
  );
}

function asKeyError(stage: string, error: unknown): SluiceError {
  if (isSluiceError(error) && error.code === 'KEY') return error;
  return new SluiceError('KEY', `stage '${stage}': keySelector threw`, { cause: error });
}
