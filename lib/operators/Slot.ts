import { reportUnhandled } from '../credit/inTurn.js';
import type { RecordContext } from '../records/RecordContext.js';
import type { Lane } from './Lanes.js';
import type { WorkInfo } from './StageInfo.js';
import { Work } from './Work.js';

/** Who is told when the work on a record ends. */
export interface SlotOwner<T, R> {
  slotDone(slot: Slot<T, R>): void;
}

/** One place for a record in work, which is worked on once. */
export class Slot<T, R> extends Work<R> {
  value: T | undefined = undefined;
  record: RecordContext | null = null;
  lane: Lane<T> | null = null;
  info: WorkInfo | null = null;
  /** Set while somebody measures. */
  beganAt = 0;
  /** Nobody wants what comes of it any more. */
  forgone = false;

  constructor(private readonly owner: SlotOwner<T, R>) {
    super();
  }

  protected ended(): void {
    this.owner.slotDone(this);
  }

  get isStoppable(): boolean {
    return this.inner !== null;
  }

  /** Nobody wants what comes of it. An Observable stops; a promise is told to, and ends when it ends. */
  forgo(reason: unknown): void {
    const { inner, info } = this;
    this.inner = null;
    this.forgone = true;
    try {
      inner?.unsubscribe();
    } catch (error) {
      reportUnhandled(error);
    }
    info?.abort(reason);
  }

  /** Lets go of the work; whatever it says later is not heard. */
  release(): void {
    const { inner, info } = this;
    const wasRunning = this.state === 'running';
    this.state = 'free';
    this.forgone = false;
    this.value = this.result = this.error = undefined;
    this.record = null;
    this.lane = null;
    this.inner = null;
    this.info = null;
    if (wasRunning) {
      info?.abort();
      inner?.unsubscribe();
    }
  }
}
