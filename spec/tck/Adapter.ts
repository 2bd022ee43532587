import type { Processor, Publisher } from 'sluice/reactive-streams';

/** What the TCK is run against. */
export interface Adapter {
  /** Gives 0, 1, 2 … of `count` numbers, which may be more than anybody could count. */
  range(count: number): Publisher<number>;
  /** Fails for each subscriber. */
  failed(): Publisher<number>;
  /** Hands on what it is given. `bufferSize` is what the TCK proposes that it may hold. */
  processor(bufferSize: number): Processor<number, number>;
}
