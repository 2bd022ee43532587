import { describe, expect, it, jest } from '@jest/globals';
import { concatMap, NEVER, Subject, VirtualTimeScheduler } from 'rxjs';
import { PipelineBackPressureController } from '../../lib/control/PipelineBackPressureController.js';
import { stage } from '../../lib/operators/stage.js';
import { withRecord } from '../../lib/operators/withRecord.js';
import { Ledger } from '../../lib/records/Ledger.js';
import { run } from '../../lib/sinks/run.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { asyncEgress } from '../../lib/stages/asyncEgress.js';
import { keyGen, KEY_GEN_OPTIONS, type KeyGenOptions } from '../../lib/stages/keyGen.js';
import { KeyGenMachine } from '../../lib/stages/KeyGenMachine.js';
import { handFed } from '../../lib/testing/HandFed.js';
import { handGranted } from '../../lib/testing/HandGranted.js';
import { everyOption } from '../options/everyOption.js';
import { numbers, see } from '../operators/support/seen.js';
import { Works } from '../operators/support/Works.js';

const ignore = () => undefined;
const byItself = <T>(options: Partial<KeyGenOptions<T>> = {}): KeyGenOptions<T> => ({
  keySelector: (value) => value,
  onDeadLetter: ignore,
  ...options,
});

/** The partition of each value, which is its own key. */
function partitionsOf<T>(values: readonly T[], options: Partial<KeyGenOptions<T>> = {}): (number | undefined)[] {
  const partitions: (number | undefined)[] = [];
  fromPull(values)
    .pipe(keyGen(byItself(options)), withRecord())
    .subscribe(({ record }) => partitions.push(record.partition));
  return partitions;
}

describe('keyGen', () => {
  it('gives the same key the same partition in every run', () => {
    const keys = ['a', 'b', 'ž', '__proto__', '\ud800', 'constructor', ''];
    expect(partitionsOf(keys)).toEqual(partitionsOf(keys));
    expect(partitionsOf(['x', 'x', 'x'])).toEqual(partitionsOf(['x', 'x', 'x']));
    expect(new Set(partitionsOf([1, 1n, '1'] as unknown[])).size).toBe(1);
  });

  it('spreads many keys evenly over the partitions', () => {
    const counts = new Map<number | undefined, number>();
    for (const partition of partitionsOf(numbers(10_000))) counts.set(partition, (counts.get(partition) ?? 0) + 1);
    expect(counts.size).toBe(10);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(200);
  });

  it('a selector that throws, and a key that is no key, are dead letters with the code KEY', async () => {
    const keySelector = (n: number): unknown => {
      if (n === 1) throw new Error('no');
      return n === 2 ? {} : n;
    };
    const report = await run(fromPull(numbers(4)).pipe(keyGen({ keySelector })));
    expect(report).toMatchObject({ delivered: 2, deadLettered: 2, codes: { deadLettered: { KEY: 2 } } });
    expect(report.deadLetters.map(({ value }) => value)).toEqual([1, 2]);
  });

  it('remembers the keys in flight, and no others', async () => {
    const report = await run(fromPull(numbers(100_000)).pipe(keyGen(byItself<number>())));
    expect(report).toMatchObject({ delivered: 100_000, peakLive: 1 });
  });

  it('P1: what comes of one record has a key each, whatever becomes of the others', async () => {
    const seen: string[] = [];
    const books = new Ledger();
    const enrolled = jest.spyOn(books, 'enrolStage');
    const works = new Works<number>();
    const rows = fromPull([1, 2]).pipe(
      concatMap((file) => [1, 2, 3].map((row) => 10 * file + row)),
      keyGen(byItself<number>({ keySelector: (row) => row % 10 })),
      keyGen(byItself<number>({ name: 'second', keySelector: (row) => -row })),
      stage((row: number) => row),
      keyGen(byItself<number>({ name: 'third', keySelector: (row) => row % 10 })),
      stage(works.start, { concurrency: 9, order: 'none' }),
      withRecord(),
    );
    handGranted(rows, {
      next: ({ value, record }) => seen.push(`${String(value)} ${String(record.key)}`),
      witness: books,
      grant: 100,
    });
    const inFlight = () =>
      enrolled.mock.calls.flatMap(([entry]) => (entry instanceof KeyGenMachine ? [entry.keysInFlight] : []));
    expect(inFlight()).toEqual([3, 6, 3]);
    for (const row of [23, 11, 12, 13, 21, 22]) await works.finish(row, row);
    expect(seen).toEqual(['23 3', '11 1', '12 2', '13 3', '21 1', '22 2']);
    expect(inFlight()).toEqual([0, 0, 0]);
  });

  it('a key is free again whatever key a later keyGen gives its records', async () => {
    const books = new Ledger();
    const enrolled = jest.spyOn(books, 'enrolStage');
    const works = new Works<number>();
    const flow = fromPull([1, 2]).pipe(
      keyGen(byItself<number>()),
      stage(works.start, { concurrency: 9, order: 'none' }),
      keyGen(byItself<number>({ name: 'second', keySelector: (n) => -n })),
    );
    handGranted(flow, { witness: books, grant: 100 });
    const keysInFlight = () =>
      enrolled.mock.calls.flatMap(([entry]) => (entry instanceof KeyGenMachine ? [entry.keysInFlight] : []));
    expect(keysInFlight()).toEqual([0, 2]);
    for (const n of [1, 2]) await works.finish(n, n);
    expect(keysInFlight()).toEqual([0, 0]);
  });

  it('two byte arrays of the same content are one key', () => {
    const [one, other] = partitionsOf([Uint8Array.of(1, 2), Uint8Array.of(1, 2)]);
    expect(one).toBe(other);
  });

  it('keeps the order of each key while hot keys move apart', async () => {
    // Two keys that fall into one partition of two.
    const keys = numbers(200).map(String);
    const partitions = partitionsOf(keys, { numberOfPartitions: 2 });
    const [first, second] = keys.filter((_, at) => partitions[at] === 0);
    const rows = numbers(4000).map((n) => ({ key: n % 2 === 0 ? first : second, n }));
    const seen = new Map<string | undefined, number[]>();
    const done = async (enableLoadAwareness: boolean) => {
      const scheduler = new VirtualTimeScheduler();
      const work = async (row: { key: string | undefined; n: number }) => {
        await Promise.resolve();
        if (enableLoadAwareness) seen.set(row.key, [...(seen.get(row.key) ?? []), row.n].slice(-4000));
        return row;
      };
      const used = new Set<number | undefined>();
      await run(
        fromPull(rows).pipe(
          keyGen({ keySelector: ({ key }) => key, numberOfPartitions: 2, enableLoadAwareness, scheduler }),
          asyncEgress({
            process: (row, { record }) => {
              used.add(record.partition);
              return work(row);
            },
            order: 'perPartition',
          }),
        ),
      );
      return used.size;
    };
    expect([await done(false), await done(true)]).toEqual([1, 2]);
    for (const order of seen.values()) expect(order).toEqual([...order].sort((one, other) => one - other));
  });

  it.each([
    [{ numberOfPartitions: 0 }, 'numberOfPartitions'],
    [{ keyGroups: 5 }, 'keyGroups'],
    [{ keySelector: 5 }, 'keySelector'],
    [{ loadImbalanceThreshold: -1 }, 'loadImbalanceThreshold'],
  ])('refuses %j, naming the option', (options, name) => {
    expect(() => keyGen(byItself(options as Partial<KeyGenOptions<number>>))).toThrow(new RegExp(name));
  });
});

everyOption('keyGen', KEY_GEN_OPTIONS, {
  name: {
    does: 'the stage is called so in the report',
    test: async () => {
      const named = async (options: Partial<KeyGenOptions<number>>) =>
        (await run(fromPull([1]).pipe(keyGen(byItself(options))))).stages[0]?.stage;
      expect([await named({}), await named({ name: 'keys' })]).toEqual(['keyGen', 'keys']);
    },
  },
  capacity: {
    does: 'so many records are taken in',
    test: () => {
      const taken = (options: Partial<KeyGenOptions<number>>) => {
        const source = handFed(numbers(999));
        see(
          source.pipe(
            keyGen(byItself(options)),
            stage(() => NEVER, { capacity: 1 }),
          ),
        );
        return source.delivered;
      };
      expect(taken({}) - taken({ capacity: 6 })).toBe(250);
    },
  },
  scheduler: {
    does: 'the time in dead letters comes from it',
    test: async () => {
      const scheduler = new VirtualTimeScheduler();
      scheduler.frame = 77;
      const report = await run(fromPull([1]).pipe(keyGen({ keySelector: () => ({}), scheduler })));
      expect(report.deadLetters[0]?.firstAt).toBe(77);
    },
  },
  controller: {
    does: 'that controller observes it',
    test: () => {
      const controller = new PipelineBackPressureController({ scheduler: new VirtualTimeScheduler() });
      const { running } = see(
        fromPull(numbers(999)).pipe(
          keyGen(byItself({ controller })),
          stage(() => NEVER),
        ),
      );
      expect(Object.keys(controller.getPipelineStatus().stageStatuses)).toEqual(['keyGen']);
      running.unsubscribe();
      expect(Object.keys(controller.getPipelineStatus().stageStatuses)).toEqual([]);
    },
  },
  creditReplenishRate: {
    does: 'credit is handed back no faster',
    test: () => {
      const after = (options: Partial<KeyGenOptions<number>>) => {
        const scheduler = new VirtualTimeScheduler();
        scheduler.maxFrames = 1000;
        const { seen } = see(fromPull(numbers(99)).pipe(keyGen(byItself({ capacity: 4, scheduler, ...options }))));
        scheduler.flush();
        return seen.length;
      };
      expect(after({})).toBe(100);
      expect(after({ creditReplenishRate: 10 })).toBeLessThanOrEqual(16);
    },
  },
  keySelector: {
    does: 'its key is in the context',
    test: () => {
      const keys: unknown[] = [];
      const keySelector = (n: number) => `k${String(n)}`;
      fromPull([1, 2])
        .pipe(keyGen(byItself({ keySelector })), withRecord())
        .subscribe(({ record }) => keys.push(record.key));
      expect(keys).toEqual(['k1', 'k2']);
    },
  },
  numberOfPartitions: {
    does: 'so many partitions are used',
    test: () => {
      const used = (options: Partial<KeyGenOptions<number>>) => new Set(partitionsOf(numbers(999), options)).size;
      expect([used({}), used({ numberOfPartitions: 3 })]).toEqual([10, 3]);
    },
  },
  keyGroups: {
    does: 'keys of one group go together',
    test: () => {
      const used = (keyGroups: number) =>
        new Set(partitionsOf(numbers(999), { numberOfPartitions: 2, keyGroups })).size;
      expect([used(2), used(1024)]).toEqual([2, 2]);
      expect(partitionsOf(numbers(99), { numberOfPartitions: 2, keyGroups: 2 })).not.toEqual(
        partitionsOf(numbers(99), { numberOfPartitions: 2, keyGroups: 1024 }),
      );
    },
  },
  enableLoadAwareness: {
    does: 'without it no key ever moves',
    test: () => expect(movedWith({ enableLoadAwareness: false })).toBe(false),
  },
  loadImbalanceThreshold: {
    does: 'a smaller difference moves nothing',
    test: () => expect([movedWith({}), movedWith({ loadImbalanceThreshold: 5000 })]).toEqual([true, false]),
  },
  onDeadLetter: {
    does: 'is told of the letter',
    test: () => {
      const told: unknown[] = [];
      const onDeadLetter = ({ code }: { code: string }) => void told.push(code);
      see(fromPull([1]).pipe(keyGen({ keySelector: () => ({}), onDeadLetter })));
      expect(told).toEqual(['KEY']);
    },
  },
});

/** Whether one of many keys in one partition has moved while all their records were held below. */
function movedWith(options: Partial<KeyGenOptions<string>>): boolean {
  const keys = numbers(2000).map(String);
  const partitions = partitionsOf(keys, { numberOfPartitions: 2 });
  const crowded = keys.filter((_, at) => partitions[at] === 0).slice(0, 600);
  const used = new Set<number | undefined>();
  const works = new Works<string>();
  const source = new Subject<string>();
  const { running } = see(
    source.pipe(
      keyGen(byItself({ numberOfPartitions: 2, capacity: 2000, ...options })),
      stage(
        (key: string, { record }) => {
          used.add(record.partition);
          return works.start(key);
        },
        { concurrency: 2000 },
      ),
    ),
  );
  for (const key of [...crowded, ...crowded]) source.next(key);
  for (const key of keys.filter((_, at) => partitions[at] === 0).slice(600, 900)) source.next(key);
  running.unsubscribe();
  return used.size > 1;
}
