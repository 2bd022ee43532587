/**
 * What the README's table says that is not measured. Each answer has its reason, so that it can be disputed. 'by hand'
 * means: possible with code of your own around the library, not as something it does.
 */
export type Answer = 'yes' | 'by hand' | 'no';

export interface Fact {
  readonly answer: Answer;
  readonly reason: string;
}

export const CAPABILITIES = {
  orderPerKey: 'order per key with concurrency, in one option',
  failuresKept: 'failures kept',
  sourceStops: 'the true source stops',
  operatorsKept: 'your RxJS operators kept',
} as const;

export type Capability = keyof typeof CAPABILITIES;

export interface Entrant {
  /** As the README's table calls it. */
  readonly name: string;
  /** Its contender in the slow-sink row and in the async-50 row, and in the bundle sizes. */
  readonly slowSink: string;
  readonly async: string;
  readonly bundle: string;
  /** A second contender of the slow-sink row that a reader should know of, and in which words. */
  readonly slowSinkOtherwise?: { readonly contender: string; readonly words: string };
  readonly facts: Readonly<Record<Capability, Fact>>;
}

const yes = (reason: string): Fact => ({ answer: 'yes', reason });
const no = (reason: string): Fact => ({ answer: 'no', reason });
const byHand = (reason: string): Fact => ({ answer: 'by hand', reason });

export const ENTRANTS: readonly Entrant[] = [
  {
    name: 'Sluice `stage`',
    slowSink: 'Sluice stage',
    async: 'Sluice stage',
    bundle: 'Sluice',
    facts: {
      orderPerKey: yes('`order: { perKey: fn }` beside `concurrency`.'),
      failuresKept: yes("`onFailure: 'deadLetter'` keeps value, origin, stage and error, and the stream goes on."),
      sourceStops: yes('Nothing is pulled without credit; a source that cannot stop needs an explicit policy.'),
      operatorsKept: yes('Stages are pipeable operators, and credit passes through synchronous RxJS operators.'),
    },
  },
  {
    name: 'p-queue',
    slowSink: 'p-queue, onSizeLessThan(100)',
    slowSinkOtherwise: { contender: 'p-queue, add', words: 'without `onSizeLessThan`' },
    async: 'p-queue',
    bundle: 'p-queue',
    facts: {
      orderPerKey: no('A queue orders by priority; order per key takes a queue for each key.'),
      failuresKept: byHand('The promise of each `add` rejects; the value it was for is yours to keep.'),
      sourceStops: byHand('Where the loop that adds awaits `onSizeLessThan`.'),
      operatorsKept: no('A queue of functions, no Observable.'),
    },
  },
  {
    name: 'p-map',
    slowSink: 'p-map',
    async: 'p-map',
    bundle: 'p-map',
    facts: {
      orderPerKey: no('Results are in the order of the input; the work on one key may overlap.'),
      failuresKept: yes('`pMapSettled` gives each failure at the place of its input.'),
      sourceStops: yes('It takes the next element when a mapper is free.'),
      operatorsKept: no('Iterables in, an array or an iterable out.'),
    },
  },
  {
    name: 'Node streams',
    slowSink: 'Node Readable.forEach',
    async: 'Node Readable.map',
    bundle: 'Node streams',
    facts: {
      orderPerKey: no('`map` with `concurrency` keeps the order of results; the work on one key may overlap.'),
      failuresKept: no('The first error destroys the stream.'),
      sourceStops: yes('`read` is not called above the high-water mark.'),
      operatorsKept: no('Streams have operators of their own.'),
    },
  },
  {
    name: 'Effect Stream',
    slowSink: 'Effect Stream.mapEffect',
    async: 'Effect Stream.mapEffect',
    bundle: 'Effect Stream',
    facts: {
      orderPerKey: no('`groupByKey` makes a substream for each key, each to be worked off by itself.'),
      failuresKept: byHand('Errors are typed values; `Effect.result` turns each into a record to keep.'),
      sourceStops: yes('It pulls, an array of up to 4,096 elements at a time.'),
      operatorsKept: no('Streams and effects have operators of their own.'),
    },
  },
  {
    name: 'RxJS `mergeMap`',
    slowSink: 'RxJS mergeMap',
    async: 'RxJS mergeMap',
    bundle: 'RxJS mergeMap',
    facts: {
      orderPerKey: no(
        '`groupBy` and a `concatMap` in each group: groups stay for ever, and a limit on their number loses records.',
      ),
      failuresKept: byHand('`catchError` inside each inner Observable; otherwise the first error ends the stream.'),
      sourceStops: no('What exceeds the concurrency waits in an array without a bound.'),
      operatorsKept: yes('It is one of them.'),
    },
  },
];
