import type { Observable, Subscription } from 'rxjs';
import { Flowable } from '../credit/Flowable.js';
import type { FlowableSubscriber } from '../credit/FlowableSubscriber.js';
import { Inbox } from '../credit/Inbox.js';
import type { Ending } from '../credit/DrainLoop.js';
import { SluiceError } from '../credit/SluiceError.js';
import { isFlow } from '../credit/Entrance.js';
import { show } from '../options/checkOptions.js';
import type { RecordContext } from '../records/RecordContext.js';
import { LinkSubscriber } from './LinkSubscriber.js';

/** The stage that the lanes belong to, as a lane sees it. */
export interface LaneOwner<T, R> {
  readonly name: string;
  readonly output: FlowableSubscriber<R>;
  laneSubscribed(lane: PartitionLane<T, R>, subscriber: FlowableSubscriber<T>): void;
  /** There is credit for what the lane holds. */
  laneWanted(lane: PartitionLane<T, R>): void;
  laneCompleted(lane: PartitionLane<T, R>): void;
  laneFailed(lane: PartitionLane<T, R>, error: unknown): void;
}

export type LaneProject<T, R> = (lane: Flowable<T>, index: number) => Observable<R>;

/** One lane: what waits for it, the flow that the user's function is given, and the subscriber of what it returned. */
export class PartitionLane<T, R> {
  readonly queue = new Inbox<T>();
  /** The contexts of what waits, in step with the queue. */
  readonly records = new Inbox<RecordContext | null>();
  /** It waits in the owner's list to be looked at. */
  listed = false;
  /** What the function returned has not ended. */
  open = true;
  /** Who has subscribed the lane; another may follow, as retry does. */
  subscriber: FlowableSubscriber<T> | null = null;
  /** What every subscriber is told at once: nothing more comes. */
  private ending: Ending | null = null;
  private results: Subscription | null = null;

  constructor(
    private readonly owner: LaneOwner<T, R>,
    readonly index: number,
  ) {}

  push(value: T, record: RecordContext | null): void {
    this.queue.push(value);
    this.records.push(record);
  }

  /** Takes out what waits of one record. */
  remove(record: RecordContext): RecordContext[] {
    const taken: RecordContext[] = [];
    for (let left = this.queue.size; left > 0; left--) {
      const value = this.queue.shift() as T;
      const held = this.records.shift() ?? null;
      if (held?.isOf(record) === true) taken.push(held);
      else this.push(value, held);
    }
    return taken;
  }

  /** Calls the function and subscribes what it returns. */
  start(project: LaneProject<T, R>): void {
    const flow = project(this.makeFlow(), this.index);
    if (!isFlow(flow)) {
      throw new SluiceError(
        'OPTION',
        `${this.owner.name}: the function returned ${show(flow)} for lane ${String(this.index)}; ` +
          `return an Observable, as in (lane) => lane.pipe(stage(work))`,
      );
    }
    const results = new LaneResults<T, R>(this, this.owner);
    this.results = results;
    flow.subscribe(results);
  }

  /** Nothing more comes, and nothing waits. */
  end(ending: Ending): void {
    if (this.ending !== null) return;
    this.ending = ending;
    if (this.subscriber !== null) tell(this.subscriber, ending);
  }

  cancel(): void {
    this.open = false;
    this.results?.unsubscribe();
  }

  private makeFlow(): Flowable<T> {
    return new Flowable<T>((subscriber) => {
      if (this.subscriber !== null) {
        throw new SluiceError(
          'OPTION',
          `${this.owner.name}: lane ${String(this.index)} is subscribed twice at the same time, so that each would get a ` +
            `part of its records; subscribe it once`,
        );
      }
      this.subscriber = subscriber;
      subscriber.add(() => {
        this.subscriber = null;
      });
      this.owner.laneSubscribed(this, subscriber);
      subscriber.onStageDemand(() => {
        this.owner.laneWanted(this);
      });
      if (this.ending !== null) tell(subscriber, this.ending);
    });
  }
}

function tell<T>(subscriber: FlowableSubscriber<T>, ending: Ending): void {
  if (ending.kind === 'complete') subscriber.complete();
  else subscriber.error(ending.error);
}

/** Hands on what a lane gives, and binds it to the credit of the stage below. */
class LaneResults<T, R> extends LinkSubscriber<R> {
  private hasEnded = false;

  constructor(
    private readonly lane: PartitionLane<T, R>,
    private readonly owner: LaneOwner<T, R>,
  ) {
    super(undefined, owner.output.account, owner.output.asks);
  }

  override next(value: R): void {
    if (!this.closed) this.owner.output.forward(value);
  }

  override complete(): void {
    this.end(() => {
      this.owner.laneCompleted(this.lane);
    });
  }

  override error(error: unknown): void {
    this.end(() => {
      this.owner.laneFailed(this.lane, error);
    });
  }

  private end(tellOwner: () => void): void {
    if (this.hasEnded || this.closed) return;
    this.hasEnded = true;
    try {
      this.unsubscribe();
    } finally {
      tellOwner();
    }
  }
}
