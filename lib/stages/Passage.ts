import type { RecordContext } from '../records/RecordContext.js';
import type { SinkWrite } from './SinkWrite.js';

/** One record on its way through a sink, whatever number of attempts that takes. */
export class Passage<T> {
  /** The attempt that goes on, by its id; 0 before the first. */
  id = 0;
  attempts = 0;
  sentAt = 0;
  write: SinkWrite | null = null;
  /** `again`: it waits for its next attempt. `done`: acknowledged, and waits for credit below. `settled`: gone. */
  state: 'sent' | 'again' | 'done' | 'settled' = 'sent';
  /** What failed, the first attempt first. */
  errors: readonly unknown[] = NONE;
  firstFailedAt = 0;

  constructor(
    public value: T,
    public record: RecordContext | null,
  ) {}

  /** Lets go of what it held: an id that is remembered must not keep a record alive. */
  settle(): void {
    this.state = 'settled';
    this.value = undefined as T;
    this.record = null;
    this.write = null;
    this.errors = NONE;
  }
}

const NONE: readonly unknown[] = [];
