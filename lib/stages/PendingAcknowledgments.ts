import type { Passage } from './Passage.js';

/** An acknowledgment that answers nothing that is waited for. */
export type Stray =
  /** After its timeout; or after a sink that requires none had handed the record on. */
  | 'late'
  /** Its request has been answered before. */
  | 'double'
  /** There was no such request. */
  | 'unknown';

/** How many of the latest attempts have a place in the ring. */
const RING = 256;

/**
 * Which attempts wait for an acknowledgment. Ids are given in the order of sending. The latest are found in a ring by
 * their id; one that still waits when its place is wanted moves to a Map, where all are older than those in the ring
 * and in order too: a Map alone is built anew whenever it has become nearly empty. Attempts that timed out are
 * remembered, as many as may be pending, so that an acknowledgment that comes late still finds its record.
 */
export class PendingAcknowledgments<T> {
  private readonly ring = new Array<Passage<T> | null>(RING).fill(null);
  private readonly older = new Map<number, Passage<T>>();
  private count = 0;
  /** Nothing in the ring has an id before this one. */
  private first = 1;
  private readonly overdue = new Map<number, Passage<T>>();
  private lastId = 0;

  /** @param remembered how many attempts that timed out are remembered */
  constructor(private readonly remembered: number) {}

  get size(): number {
    return this.count;
  }

  get oldest(): Passage<T> | undefined {
    for (const passage of this.all()) return passage;
    return undefined;
  }

  /** The oldest first. */
  *all(): Generator<Passage<T>, void, undefined> {
    yield* this.older.values();
    this.first = Math.max(this.first, this.lastId - RING + 1);
    while (this.first < this.lastId && this.at(this.first) === null) this.first++;
    for (let id = this.first; id <= this.lastId; id++) {
      const passage = this.at(id);
      if (passage !== null) yield passage;
    }
  }

  /** Gives the next attempt of a record its id. */
  add(passage: Passage<T>): void {
    const id = ++this.lastId;
    const before = this.ring[id % RING] ?? null;
    if (before !== null) this.older.set(before.id, before);
    this.ring[id % RING] = passage;
    this.count++;
    passage.id = id;
    passage.attempts++;
    passage.state = 'sent';
  }

  /** Takes what waits for this id. */
  take(id: unknown): Passage<T> | undefined {
    if (typeof id !== 'number') return undefined;
    const passage = this.at(id) ?? this.older.get(id);
    if (passage === undefined) return undefined;
    if (this.at(id) === null) this.older.delete(id);
    else this.ring[id % RING] = null;
    this.count--;
    return passage;
  }

  /** Takes an attempt that has timed out, and remembers it. */
  expire(passage: Passage<T>): void {
    this.take(passage.id);
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
    this.ring.fill(null);
    this.older.clear();
    this.overdue.clear();
    this.count = 0;
  }

  /** What waits in the ring for this very id. */
  private at(id: number): Passage<T> | null {
    const passage = this.ring[id % RING] ?? null;
    return passage?.id === id ? passage : null;
  }
}
