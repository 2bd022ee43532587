import { asapScheduler, type Observable } from 'rxjs';
import { accountsFrom, limitRecords } from '../credit/accountsBelow.js';
import { CreditAccount } from '../credit/CreditAccount.js';
import { BUSY, IDLE, WAITING, type Ending } from '../credit/DrainLoop.js';
import { overdraft } from '../credit/faults.js';
import { Inbox } from '../credit/Inbox.js';
import { inTurn } from '../credit/inTurn.js';
import type { DeliveredRecord, Witness } from '../credit/protocol.js';
import type { SluiceError } from '../credit/SluiceError.js';
import { inTeardown } from '../credit/teardown.js';
import { insideFrame, whenShallow } from '../credit/trampoline.js';
import type { StageOptions } from '../options/common.js';
import type { Bookkeeper } from '../records/Bookkeeper.js';
import { cancelRecord } from '../records/cancelRecord.js';
import type { RecordContext } from '../records/RecordContext.js';
import type { StageEntry } from '../records/StageEntry.js';
import { commonWitness } from './commonWitness.js';
import type { Branch, Trunk } from './Branch.js';
import { ObservedLoop } from './ObservedLoop.js';
import { takeOver } from './takeOver.js';

export interface FanOutSettings extends StageOptions {
  readonly name: string;
  readonly capacity: number;
}

/** A record that waits in a fan-out. */
export interface Waiting<T> {
  readonly value: T;
  readonly record: RecordContext | null;
  /** Larger for what came later. */
  readonly number: number;
}

/**
 * What `broadcast` and `balance` share: one entrance, several outputs that come and go, and the end. Who gets a record
 * is for the two to say.
 */
export abstract class FanOutMachine<T> extends ObservedLoop<T> implements StageEntry, Trunk<T> {
  /** The branches that were given all there was. */
  private completed: readonly Branch<T>[] = [];
  private hasFault = false;
  /** Never changed in place, so that whoever goes through them may be interrupted. */
  protected branches: readonly Branch<T>[] = [];
  /** What has come while the loop ran, or has not found a branch. */
  protected inbox = new Inbox<Waiting<T>>();
  protected conclusion: Ending | null = null;
  private connecting = true;

  /**
   * @param first the branches that are there when the source is subscribed
   * @param detached called when whoever subscribes from then on begins anew
   * @param divides each record goes to one branch; else to every branch
   */
  constructor(
    private readonly first: readonly Branch<T>[],
    settings: FanOutSettings,
    private readonly detached: () => void,
    private readonly divides: boolean,
  ) {
    super(new CreditAccount(settings.name, settings.capacity, null), settings);
    const accounts = first.map(({ output }) => output.account);
    this.account.branchInto(accounts, divides);
    this.account.observer = accounts.find(({ observer }) => observer !== null)?.observer ?? null;
    this.account.witness = commonWitness(first);
    this.books?.enrolStage(this);
    this.credit.next(settings.capacity);
  }

  /** Hands a record on as far as that is possible, and keeps the rest of it. */
  protected abstract handOut(value: T, record: RecordContext | null, number: number): void;

  /** Hands on what waits, as far as the branches have credit. */
  protected abstract flush(): void;

  /** True where nothing waits for this branch any more. */
  protected abstract isDone(branch: Branch<T>): boolean;

  /** A branch has left: what waits for it is cancelled, or goes to others. */
  protected abstract letGo(branch: Branch<T>): void;

  /** Subscribes the source. */
  start(source: Observable<T>): void {
    this.beObserved();
    for (const branch of this.first) if (!branch.output.closed) this.join(branch);
    if (this.over) return;
    const connect = () => {
      if (!this.closed && !this.over) this.connect(source);
      this.connecting = false;
    };
    if (this.account.breaksStack) whenShallow(connect);
    else connect();
  }

  join(branch: Branch<T>): void {
    const { output } = branch;
    this.branches = [...this.branches, branch];
    branch.trunk = this;
    output.scheduler = this.scheduler;
    this.branch();
    this.limit(branch);
    if (branch.isPushed) return;
    const again = () => {
      this.drain();
    };
    const isForeign = branch.witness !== null && branch.witness !== this.account.witness;
    // The pipeline below stops its sources when it is told to stop. Where it is ours too, its source is above.
    if (isForeign) output.onDemand(again);
    else {
      this.books?.enrolSource(branch.entry);
      output.onStageDemand(again);
    }
  }

  leave(branch: Branch<T>): void {
    if (branch.hasLeft) return;
    branch.hasLeft = true;
    this.branches = this.branches.filter((other) => other !== branch);
    this.branch();
    this.books?.leaveSource(branch.entry);
    if (this.over) return;
    if (branch.output.completing) this.completed = [...this.completed, branch];
    inTurn(
      () => {
        inTeardown(() => {
          this.letGo(branch);
        });
      },
      () => {
        if (this.branches.length === 0) this.releaseAll();
        else this.drainLater();
      },
    );
  }

  goesOnWithout(branch: Branch<T>): boolean {
    if (this.hasFault) return false;
    return [...this.branches, ...this.completed].some((other) => other !== branch && other.goesOnWithout(branch));
  }

  get witness(): Witness | null {
    return this.account.witness;
  }

  protected get books(): Bookkeeper | null {
    return this.account.witness as Bookkeeper | null;
  }

  /** All that is held waits for a branch. */
  protected override get waiting(): number {
    return this.account.held;
  }

  protected accept(value: T): void {
    const { account } = this;
    const record = account.witness === null ? null : takeOver(account, value, this.scope);
    if (this.mode === IDLE) {
      this.mode = BUSY;
      try {
        this.handOut(value, record, account.arrivals);
      } finally {
        if (this.mode === BUSY && this.idleNow() && account.settled < account.replenishAt) this.mode = IDLE;
        else this.lookAgain();
      }
      return;
    }
    this.inbox.push({ value, record, number: account.arrivals });
    if (this.isOverdrawn) this.fault(overdraft(this.name, account.overdraft));
    else this.drain();
  }

  protected get isOverdrawn(): boolean {
    return this.account.overdrawn;
  }

  private lookAgain(): void {
    const looks = this.mode !== BUSY || this.conclusion !== null;
    this.mode = looks || !this.idleNow() ? WAITING : IDLE;
    if (looks) this.drain();
    else {
      this.observation?.looked();
      this.replenish();
    }
  }

  protected override idleNow(): boolean {
    if (this.account.breaksStack) return false;
    return this.account.held === 0 && this.conclusion === null && !this.over;
  }

  protected work(): void {
    this.flush();
    const { conclusion } = this;
    if (conclusion === null || this.over || this.inbox.size > 0) return;
    const done = this.branches.filter((branch) => this.isDone(branch));
    // An error ends what joins the branches again: it waits until none of them lags behind.
    if (conclusion.kind === 'error' && done.length < this.branches.length) return;
    inTurn(
      ...done.map(
        ({ output }) =>
          () =>
            end(output, conclusion),
      ),
    );
  }

  /** What is pushed in at a later time belongs to the record inside whose delivery this was subscribed. */
  private get scope(): DeliveredRecord | null {
    const opener = this.first[this.first.length - 1];
    return opener === undefined || opener.hasLeft ? null : opener.output.scope;
  }

  stopPushes(): void {
    this.deafen();
    if (this.account.producers.length === 0 && !this.connecting) this.complete();
  }

  forgo(record: RecordContext, reason: SluiceError): void {
    if (this.over) return;
    for (let left = this.inbox.size; left > 0; left--) {
      const waiting = this.inbox.shift() as Waiting<T>;
      if (waiting.record?.isOf(record) !== true) {
        this.inbox.push(waiting);
        continue;
      }
      this.account.settled++;
      this.settledHere++;
      cancelRecord(waiting.record, reason.code);
    }
    this.drain();
  }

  protected override upstreamCompleted(): void {
    this.conclude({ kind: 'complete' });
  }

  protected override upstreamFailed(error: unknown): void {
    this.conclude({ kind: 'error', error });
  }

  private conclude(ending: Ending): void {
    this.conclusion = ending;
    this.detached();
    this.drain();
  }

  /** Not called: each branch ends for itself. */
  protected end(): void {
    this.over = true;
  }

  protected fault(error: SluiceError): void {
    this.hasFault = true;
    this.detached();
    const { branches } = this;
    inTurn(
      ...branches.map(({ output }) => () => {
        output.error(error);
      }),
    );
  }

  /** Never from a teardown: RxJS may not be ready for what comes next (C6b). */
  private drainLater(): void {
    const again = () => {
      this.drain();
    };
    if (insideFrame()) whenShallow(again);
    else asapScheduler.schedule(again);
  }

  private releaseAll(): void {
    this.over = true;
    this.attend();
    this.detached();
    inTurn(
      () => {
        this.unsubscribe();
      },
      () => {
        this.credit.complete();
        this.stopObserving();
        for (let next = this.inbox.shift(); next !== undefined; next = this.inbox.shift()) cancelRecord(next.record);
        this.books?.leaveStage(this);
      },
    );
  }

  /** What is above sees the branches that are there, and one that comes later learns what is above. */
  private branch(): void {
    this.account.branchInto(
      this.branches.map(({ output }) => output.account),
      this.divides,
    );
  }

  private limit({ output }: Branch<T>): void {
    const { limitAbove, branches } = this.account;
    if (limitAbove < Infinity) {
      limitRecords(accountsFrom(output.account, this.divides ? branches.length : 1), limitAbove);
    }
  }
}

function end<T>(output: Branch<T>['output'], ending: Ending): void {
  if (ending.kind === 'complete') output.complete();
  else output.error(ending.error);
}
