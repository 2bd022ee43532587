import type { SchedulerLike, Subscription } from 'rxjs';

/** Something that waits for a point in time. `due` and the rest are kept by `Deadlines`. */
export interface Timed {
  due: number;
  /** Counts up, so that of two with the same due time the one that was set first comes first. */
  ticket: number;
  /** Where it stands in the heap; -1: nowhere. */
  place: number;
}

/** The longest that a timer can wait. */
const LONGEST = 2_147_483_647;

/**
 * Any number of deadlines on one timer: a binary heap by due time, and one action for the earliest. Setting and removing
 * one makes no object. A timer that finds nothing due is set again for what is, so that the usual case, a deadline that
 * is removed in time, costs no timer at all.
 */
export class Deadlines<E extends Timed> {
  private readonly heap: E[] = [];
  private tickets = 0;
  private timer: Subscription | null = null;
  private armedFor = Infinity;
  /** What a clock that was set back has lost. */
  private lost = 0;
  private latest = -Infinity;

  /** @param onDue called with each entry when it is due and has been taken out */
  constructor(
    private readonly scheduler: SchedulerLike,
    private readonly onDue: (entry: E, now: number) => void,
  ) {}

  get size(): number {
    return this.heap.length;
  }

  /** The scheduler's time, except that it never goes back. */
  now(): number {
    const read = this.scheduler.now() + this.lost;
    if (read < this.latest) this.lost += this.latest - read;
    else this.latest = read;
    return this.latest;
  }

  /** Sets the deadline of an entry, or moves it. */
  set(entry: E, due: number): void {
    const { heap } = this;
    if (entry.place < 0) {
      entry.place = heap.length;
      heap.push(entry);
    }
    entry.due = due;
    entry.ticket = this.tickets++;
    this.up(entry);
    this.down(entry);
    if (due < this.armedFor) this.arm();
  }

  remove(entry: E): void {
    const { heap } = this;
    const { place } = entry;
    if (place < 0) return;
    entry.place = -1;
    const last = heap.pop() as E;
    if (last === entry) return;
    heap[place] = last;
    last.place = place;
    this.up(last);
    this.down(last);
  }

  /** Forgets all of them. */
  clear(): void {
    for (const entry of this.heap.splice(0)) entry.place = -1;
    this.disarm();
  }

  /** What is set in here is not due before the next turn, so that a delay of nothing cannot keep it going. */
  private readonly fire = (): void => {
    const { heap, tickets } = this;
    // A timer may come a little early by the clock: what it was set for is due all the same.
    const now = Math.max(this.now(), this.armedFor);
    this.disarm();
    try {
      for (let next = heap[0]; next !== undefined && next.due <= now && next.ticket < tickets; next = heap[0]) {
        this.remove(next);
        this.onDue(next, now);
      }
    } finally {
      this.arm();
    }
  };

  private arm(): void {
    const first = this.heap[0];
    if (first === undefined || first.due >= this.armedFor) return;
    this.disarm();
    const now = this.now();
    const delay = Math.min(Math.max(0, first.due - now), LONGEST);
    this.armedFor = Math.max(first.due, now) === now ? now : now + delay;
    this.timer = this.scheduler.schedule(this.fire, delay);
  }

  private disarm(): void {
    this.timer?.unsubscribe();
    this.timer = null;
    this.armedFor = Infinity;
  }

  private up(entry: E): void {
    const { heap } = this;
    let { place } = entry;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = heap[parent]!;
      if (!before(entry, above)) break;
      heap[place] = above;
      above.place = place;
      place = parent;
    }
    heap[place] = entry;
    entry.place = place;
  }

  private down(entry: E): void {
    const { heap } = this;
    const { length } = heap;
    let { place } = entry;
    for (let child = 2 * place + 1; child < length; child = 2 * place + 1) {
      if (child + 1 < length && before(heap[child + 1]!, heap[child]!)) child++;
      const below = heap[child]!;
      if (!before(below, entry)) break;
      heap[place] = below;
      below.place = place;
      place = child;
    }
    heap[place] = entry;
    entry.place = place;
  }
}

function before(one: Timed, other: Timed): boolean {
  return one.due < other.due || (one.due === other.due && one.ticket < other.ticket);
}
