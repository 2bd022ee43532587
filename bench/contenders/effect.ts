import { Effect, Stream } from 'effect';
import { addOne, answer, CONCURRENCY, Counter, type AsyncWork, type SlowWork, type SyncWork } from './work.js';

const fiveMaps = (records: number): Stream.Stream<number> =>
  Stream.fromIterable(new Counter(records)).pipe(
    Stream.map(addOne),
    Stream.map(addOne),
    Stream.map(addOne),
    Stream.map(addOne),
    Stream.map(addOne),
  );

/** An effect for each record: what a consumer that does something with it is made of. */
export const syncForEach: SyncWork = async (records) => {
  let sum = 0;
  await Effect.runPromise(
    fiveMaps(records).pipe(
      Stream.runForEach((n) =>
        Effect.sync(() => {
          sum += n;
        }),
      ),
    ),
  );
  return sum;
};

/** No effect at all: the whole pipeline runs over arrays of 4,096 records. */
export const syncFold: SyncWork = (records) =>
  Effect.runPromise(
    fiveMaps(records).pipe(
      Stream.runFold(
        () => 0,
        (sum, n) => sum + n,
      ),
    ),
  );

export const async: AsyncWork = (records) =>
  Effect.runPromise(
    Stream.fromIterable(new Counter(records)).pipe(
      Stream.mapEffect((n) => Effect.promise(() => answer(n)), { concurrency: CONCURRENCY, unordered: true }),
      Stream.runFold(
        () => 0,
        (sum, n) => sum + n,
      ),
    ),
  );

export const slow: SlowWork = (source, sink) =>
  Effect.runPromise(
    Stream.fromIterable(source).pipe(
      Stream.mapEffect((item) => Effect.promise(() => sink.write(item)), { concurrency: CONCURRENCY, unordered: true }),
      Stream.runDrain,
    ),
  );
