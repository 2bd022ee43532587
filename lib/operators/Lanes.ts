import { Inbox } from '../credit/Inbox.js';
import type { RecordContext } from '../records/RecordContext.js';

/** A record that waits for its key to be free. */
export interface Waiting<T> {
  readonly value: T;
  readonly record: RecordContext | null;
  readonly lane: Lane<T>;
}

/** The records of one key that is in flight, in order of arrival. */
export interface Lane<T> {
  key: unknown;
  readonly queue: Inbox<Waiting<T>>;
}

/**
 * Order per key together with concurrency. A key has a lane only while it has records here, and lanes are used again,
 * so that there are never more of them than the stage has places, however many keys go by. The first record of a lane
 * is ready; the others follow one by one as each is finished.
 */
export class Lanes<T> {
  private readonly lanes = new Map<unknown, Lane<T>>();
  private readonly free: Lane<T>[] = [];
  private readonly ready = new Inbox<Waiting<T>>();
  private count = 0;

  /** Records that wait, ready or not. */
  get size(): number {
    return this.count;
  }

  /** Keys in flight. */
  get inUse(): number {
    return this.lanes.size;
  }

  get readySize(): number {
    return this.ready.size;
  }

  push(key: unknown, value: T, record: RecordContext | null): void {
    this.count++;
    const occupied = this.lanes.get(key);
    if (occupied !== undefined) {
      occupied.queue.push({ value, record, lane: occupied });
      return;
    }
    const lane = this.free.pop() ?? { key, queue: new Inbox<Waiting<T>>() };
    lane.key = key;
    this.lanes.set(key, lane);
    this.ready.push({ value, record, lane });
  }

  /** The next record whose key is free. Its lane stays taken until `finished`. */
  shift(): Waiting<T> | undefined {
    const next = this.ready.shift();
    if (next !== undefined) this.count--;
    return next;
  }

  /** The lane's record in work is done with: the next of its key is ready, or the lane is free. */
  finished(lane: Lane<T>): void {
    const next = lane.queue.shift();
    if (next !== undefined) {
      this.ready.push(next);
      return;
    }
    this.lanes.delete(lane.key);
    lane.key = undefined;
    this.free.push(lane);
  }

  /** Takes the record that waits behind the one in work; the lane stays taken. */
  takeBehind(lane: Lane<T>): Waiting<T> | undefined {
    const next = lane.queue.shift();
    if (next !== undefined) this.count--;
    return next;
  }

  /** What waits, key by key. */
  waiting(): Waiting<T>[] {
    return [...this.ready.toArray(), ...[...this.lanes.values()].flatMap(({ queue }) => queue.toArray())];
  }

  /** Takes out what waits of one record. */
  remove(record: RecordContext): (RecordContext | null)[] {
    const behind = [...this.lanes.values()].flatMap((lane) => this.sift(lane.queue, record));
    const first = this.sift(this.ready, record);
    for (const { lane } of first) this.finished(lane);
    return [...behind, ...first].map((waiting) => waiting.record);
  }

  /** Goes once round the queue, which keeps its order, and takes out what is of the record. */
  private sift(queue: Inbox<Waiting<T>>, record: RecordContext): Waiting<T>[] {
    const taken: Waiting<T>[] = [];
    for (let left = queue.size; left > 0; left--) {
      const next = queue.shift();
      if (next === undefined) break;
      if (next.record?.isOf(record) === true) taken.push(next);
      else queue.push(next);
    }
    this.count -= taken.length;
    return taken;
  }

  /** Empties the lanes and hands over what waited. */
  clear(take: (record: RecordContext | null) => void): void {
    for (let next = this.ready.shift(); next !== undefined; next = this.ready.shift()) take(next.record);
    for (const lane of this.lanes.values()) {
      for (let next = lane.queue.shift(); next !== undefined; next = lane.queue.shift()) take(next.record);
    }
    this.lanes.clear();
    this.count = 0;
  }
}
