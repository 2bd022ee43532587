import { Effect, Hash, Result, Schedule, Stream } from 'effect';
import {
  addOne,
  answer,
  CONCURRENCY,
  Counter,
  isRecord,
  keyOf,
  PARTITIONS,
  PER_SECOND,
  type AsyncWork,
  type PassWork,
  type SlowWork,
  type SyncWork,
} from './work.js';

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

interface Keyed {
  readonly value: number;
  readonly partition: number;
}

/** A rate limit, a partition for each key, and validation whose failures are kept: all of it over whole arrays. */
const validRecords = (records: number, failures: unknown[]): Stream.Stream<Keyed> =>
  Stream.fromIterable(new Counter(records)).pipe(
    Stream.throttle({ cost: (chunk) => chunk.length, units: PER_SECOND, duration: '1 second', strategy: 'shape' }),
    Stream.map((value) => ({ value, partition: (Hash.string(keyOf(value)) >>> 0) % PARTITIONS })),
    Stream.filterMap((record) => {
      if (isRecord(record.value)) return Result.succeed(record);
      failures.push(record);
      return Result.fail(record);
    }),
  );

const again = { times: 2, schedule: Schedule.jittered(Schedule.exponential('100 millis')) };

/** The call of the service, up to three times; what fails for good is kept. */
const call = ({ value }: Keyed): Effect.Effect<Result.Result<number, unknown>> =>
  Effect.tryPromise(() => answer(value)).pipe(Effect.retry(again), Effect.result);

const keepFailures =
  (failures: unknown[]) =>
  (result: Result.Result<number, unknown>): Result.Result<number, unknown> => {
    if (Result.isFailure(result)) failures.push(result.failure);
    return result;
  };

async function written(failures: unknown[], results: Stream.Stream<number>): Promise<number> {
  let sum = 0;
  const write = (n: number) =>
    Effect.sync(() => {
      sum += n;
    });
  await Effect.runPromise(Stream.runForEach(results, write));
  if (failures.length > 0) throw new Error(`${failures.length} records failed`);
  return sum;
}

export const classic: PassWork = (records) => {
  const failures: unknown[] = [];
  const results = validRecords(records, failures).pipe(
    Stream.mapEffect(call, { concurrency: CONCURRENCY, unordered: true }),
    Stream.filterMap(keepFailures(failures)),
  );
  return written(failures, results);
};

/** With nothing around the call: neither retries nor a place for what fails. */
export const classicBare: PassWork = (records) => {
  const failures: unknown[] = [];
  const results = validRecords(records, failures).pipe(
    Stream.mapEffect(({ value }) => Effect.promise(() => answer(value)), { concurrency: CONCURRENCY, unordered: true }),
  );
  return written(failures, results);
};

/** A substream for each partition, one call at a time in each: the order within a key. */
export const classicPerPartition: PassWork = (records) => {
  const failures: unknown[] = [];
  const results = validRecords(records, failures).pipe(
    Stream.groupByKey(({ partition }) => partition),
    Stream.flatMap(([, group]) => Stream.mapEffect(group, call), { concurrency: 'unbounded' }),
    Stream.filterMap(keepFailures(failures)),
  );
  return written(failures, results);
};
