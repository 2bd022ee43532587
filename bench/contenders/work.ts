/**
 * What every contender is asked to do. Each returns the sum of its results, and the sum is checked, so that nothing is
 * left out and nothing is optimised away.
 */

/** Adds one, five times, to each of 0 … records - 1. */
export type SyncWork = (records: number) => number | Promise<number>;

/** Hands each of 0 … records - 1 to `answer`, fifty at a time. */
export type AsyncWork = (records: number) => Promise<number>;

/** Carries each of 0 … records - 1 through and hands it back as it is. */
export type PassWork = (records: number) => number | Promise<number>;

/** Hands each record of `source` to `sink.write`, fifty at a time. */
export type SlowWork = (source: Iterable<Item>, sink: SlowSink) => Promise<void>;

export const CONCURRENCY = 50;
const SYNC_STAGES = 5;

/** What a SyncWork has to return. */
export const syncSum = (records: number): number => asyncSum(records) + SYNC_STAGES * records;

/** What an AsyncWork and a PassWork have to return. */
export const asyncSum = (records: number): number => (records * (records - 1)) / 2;

export const addOne = (n: number): number => n + 1;

/** The asynchronous work: a promise that resolves at once. */
export const answer = (n: number): Promise<number> => Promise.resolve(n);

/** The limits, keys and checks of the classic pipeline. The rate is one that nobody reaches. */
export const PER_SECOND = 1_000_000_000;
export const IN_FLIGHT = 1000;
export const PARTITIONS = 64;
const CUSTOMERS = Array.from({ length: 1000 }, (_, customer) => `customer-${customer}`);
export const keyOf = (n: number): string => CUSTOMERS[n % CUSTOMERS.length]!;
export const isRecord = (n: number): boolean => n >= 0;

/** 0 … count - 1 as an iterable, the same for every contender that pulls. */
export class Counter implements Iterable<number> {
  constructor(private readonly count: number) {}

  [Symbol.iterator](): Iterator<number> {
    const { count } = this;
    let next = 0;
    return {
      next: () => (next < count ? { done: false, value: next++ } : { done: true, value: undefined }),
    };
  }
}

/** A record of the slow-sink row. An object, so that what is kept can be seen in the heap. */
export interface Item {
  readonly id: number;
}

/** Counts what has been taken from the source and not yet been written. */
export class Gauge {
  entered = 0;
  done = 0;
  peak = 0;

  get live(): number {
    return this.entered - this.done;
  }

  enter(): void {
    this.entered++;
    if (this.live > this.peak) this.peak = this.live;
  }
}

/** The source of the slow-sink row: says in the gauge how much was taken from it. */
export function* items(count: number, gauge: Gauge): Generator<Item, void, undefined> {
  for (let id = 0; id < count; id++) {
    gauge.enter();
    yield { id };
  }
}

/** A sink that is slow without waiting: all writes under way are acknowledged together, once per turn of the event loop. */
export class SlowSink {
  private acknowledge: (() => void)[] = [];
  private scheduled = false;

  constructor(
    private readonly gauge: Gauge,
    private readonly afterTurn: (done: number) => void = () => undefined,
  ) {}

  readonly write = (item: Item): Promise<Item> =>
    new Promise((resolve) => {
      this.acknowledge.push(() => {
        this.gauge.done++;
        resolve(item);
      });
      if (this.scheduled) return;
      this.scheduled = true;
      setImmediate(this.turn);
    });

  private readonly turn = (): void => {
    const { acknowledge } = this;
    this.acknowledge = [];
    this.scheduled = false;
    for (const done of acknowledge) done();
    this.afterTurn(this.gauge.done);
  };
}
