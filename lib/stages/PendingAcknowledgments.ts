import type { Passage } from './Passage.js';

/** An acknowledgment that answers nothing that is waited for. */
export type Stray =
  /** After its timeout; or after a sink that requires none had handed the record on. */
  | 'late'
  /** Its request has been answered before. */
  | 'double'
  /** There was no such request. */
  | 'unknown';

/**
 * Which attempts wait for an acknowledgment. Ids are given in the order of sending and a Map keeps that order, so that
 * the first one is always the oldest. Attempts that timed out are remembered, as many as may be pending, so that an
 * acknowledgment that comes late still finds its record.
 */
export class PendingAcknowledgments<T> {
  private readonly pending = new Map<number, Passage<T>>();
  private readonly overdue = new Map<number, Passage<T>>();
  private lastId = 0;

  /** @param remembered how many attempts that timed out are remembered */
  constructor(private readonly remembered: number) {}

  get size(): number {
    return this.pending.size;
  }

  get oldest(): Passage<T> | undefined {
    return this.pending.values().next().value;
  }

  all(): IterableIterator<Passage<T>> {
    return this.pending.values();
  }

  /** Gives the next attempt of a record its id. */
  add(passage: Passage<T>): void {
    passage.id = ++this.lastId;
    passage.attempts++;
    passage.state = 'sent';
    this.pending.set(passage.id, passage);
  }

  /** Takes what waits for this id. */
  take(id: unknown): Passage<T> | undefined {
    const passage = this.pending.get(id as number);
    if (passage !== undefined) this.pending.delete(passage.id);
    return passage;
  }

  /** Takes an attempt that has timed out, and remembers it. */
  expire(passage: Passage<T>): void {
    this.pending.delete(passage.id);
    this.overdue.set(passage.id, passage);
    if (this.overdue.size <= this.remembered) return;
    const [forgotten] = this.overdue.keys();
    if (forgotten !== undefined) this.overdue.delete(forgotten);
  }

  /** The record of an attempt that timed out. It is found once. */
  takeOverdue(id: unknown): Passage<T> | undefined {
    const passage = this.overdue.get(id as number);
    if (passage !== undefined) this.overdue.delete(id as number);
    return passage;
  }

  /** Whether there ever was a request with this id. */
  knows(id: unknown): boolean {
    return typeof id === 'number' && Number.isInteger(id) && id >= 1 && id <= this.lastId;
  }

  clear(): void {
    this.pending.clear();
    this.overdue.clear();
  }
}
