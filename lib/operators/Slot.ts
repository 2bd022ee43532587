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

  constructor(private readonly owner: SlotOwner<T, R>) {
    super();
  }

  protected ended(): void {
    this.owner.slotDone(this);
  }

  /** Lets go of the work; whatever it says later is not heard. */
  release(): void {
    const { inner, info } = this;
    const wasRunning = this.state === 'running';
    this.state = 'free';
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
