import { describe, expect, it } from '@jest/globals';
import {
  EMPTY,
  filter,
  firstValueFrom,
  map,
  mergeMap,
  of,
  Subject,
  timer,
  VirtualTimeScheduler,
  type Observable,
  type OperatorFunction,
} from 'rxjs';
import {
  asyncEgress,
  callbackDestination,
  control,
  finalSink,
  fromPull,
  gateway,
  ingressProcessing,
  keyGen,
  onBackpressureBuffer,
  PipelineBackPressureController,
  run,
  RunError,
  stage,
  type DeadLetter,
  type DeadLetterQueueOptions,
  type Outcome,
  type RunReport,
  type SluiceCode,
} from '../../lib/index.js';
import { Bookkeeper } from '../../lib/records/Bookkeeper.js';
import { OUTCOMES } from '../../lib/records/outcome.js';
import type { RecordContext } from '../../lib/records/RecordContext.js';
import type { DeliveredRecord } from '../../lib/credit/protocol.js';
import { FlowTestScheduler } from '../../lib/testing/FlowTestScheduler.js';
import { handGranted } from '../../lib/testing/HandGranted.js';
import { numbers, see } from '../operators/support/seen.js';
import { CommittingLog } from './support/CommittingLog.js';

const hang = () => new Promise<never>(() => undefined);
const no = (): never => {
  throw new Error('no');
};
const later = <T>(ms: number, value: T) => firstValueFrom(timer(ms).pipe(map(() => value)));

/** Above the stage that a row is about: keys k0, k1, k2, and the values 0, 10, 20 of the origins 0, 1, 2. */
const above = (source: Observable<number>): Observable<number> =>
  source.pipe(
    keyGen<number>({ keySelector: (n) => `k${String(n)}`, numberOfPartitions: 1 }),
    map((n) => n * 10),
  );

interface Row {
  /** What happened to the record 1 of three; the others are delivered. */
  readonly what: string;
  readonly by: OperatorFunction<number, unknown>;
  readonly outcome: Outcome;
  readonly code: SluiceCode | null;
  /** Where it is not only record 1. */
  readonly records?: readonly number[];
  /** What the letter says beside what all letters say. */
  readonly letter?: Partial<DeadLetter>;
}

const only =
  <R>(bad: (value: number) => R) =>
  (value: number) =>
    value === 10 ? bad(value) : value;
const retries = { maxAttempts: 3, jitter: 'none', baseRetryDelayMs: 100 } as const;
const slow = { preprocess: (n: number) => (n === 0 ? later(100, n) : n), bufferTimeoutMs: 30 };
const errorsOf = (...messages: string[]) =>
  messages.map(
    (message) => expect.objectContaining({ message: expect.stringContaining(message) as unknown }) as unknown,
  );

const ROWS: readonly Row[] = [
  {
    what: 'acknowledged by the destination',
    by: finalSink({ destination: callbackDestination(() => later(5, undefined)) }),
    outcome: 'delivered',
    code: null,
  },
  { what: 'left the last stage', by: stage((n: number) => n), outcome: 'delivered', code: null },
  {
    what: "dropped by a user's operator",
    by: (source) =>
      source.pipe(
        filter((n) => n !== 10),
        stage((n: number) => n),
      ),
    outcome: 'filtered',
    code: null,
  },
  {
    what: 'a project without a result',
    by: stage((n: number) => (n === 10 ? EMPTY : of(n))),
    outcome: 'filtered',
    code: null,
  },
  {
    what: 'waited longer than bufferTimeoutMs, where that rejects',
    by: ingressProcessing<number>({ ...slow, onBufferTimeout: 'reject' }),
    records: [1, 2],
    outcome: 'rejected',
    code: 'BUFFER_TIMEOUT',
  },
  {
    what: 'dead-letter queue disabled',
    by: asyncEgress({ process: only(no), ...retries, enableDeadLetterQueue: false }),
    outcome: 'rejected',
    code: 'EXHAUSTED',
  },
  {
    what: 'invalid',
    by: ingressProcessing<number>({ validate: (n) => n !== 10 }),
    outcome: 'deadLettered',
    code: 'INVALID',
    letter: { stage: 'ingressProcessing', attempts: 1, errors: errorsOf('') },
  },
  {
    what: 'waited longer than bufferTimeoutMs, where that dead-letters',
    by: ingressProcessing<number>({ ...slow, onBufferTimeout: 'deadLetter' }),
    records: [1, 2],
    outcome: 'deadLettered',
    code: 'BUFFER_TIMEOUT',
    letter: { stage: 'ingressProcessing', attempts: 1, errors: errorsOf('longer than 30 ms'), firstAt: 30, lastAt: 30 },
  },
  {
    what: 'key selector threw',
    by: keyGen<number>({ keySelector: only(no), name: 'second' }),
    outcome: 'deadLettered',
    code: 'KEY',
    letter: { stage: 'second', attempts: 1, errors: errorsOf('keySelector threw') },
  },
  {
    what: 'attempts exhausted',
    by: asyncEgress({ process: only(no), ...retries }),
    outcome: 'deadLettered',
    code: 'EXHAUSTED',
    letter: { stage: 'asyncEgress', attempts: 3, errors: errorsOf('no', 'no', 'no'), firstAt: 0, lastAt: 300 },
  },
  {
    what: 'the last attempt timed out',
    by: asyncEgress({ process: only(hang), ...retries, operationTimeoutMs: 50, maxAttempts: 2 }),
    outcome: 'deadLettered',
    code: 'TIMEOUT',
    letter: {
      stage: 'asyncEgress',
      attempts: 2,
      errors: errorsOf('operationTimeoutMs (50)', 'operationTimeoutMs (50)'),
      firstAt: 50,
      lastAt: 200,
    },
  },
  {
    what: 'not retryable',
    by: asyncEgress({ process: only(no), ...retries, isRetryable: () => false }),
    outcome: 'deadLettered',
    code: 'FAILED',
    letter: { stage: 'asyncEgress', attempts: 1, errors: errorsOf('no') },
  },
  {
    what: 'behind one of its key that was given up, where that parks',
    by: asyncEgress({
      process: (n: number) => (n === 0 ? later(10, n).then(no) : n),
      ...retries,
      maxAttempts: 1,
      order: { perKey: (n) => n === 20 },
      onKeyFailure: 'park',
    }),
    records: [0, 1],
    outcome: 'deadLettered',
    code: 'PARKED',
    letter: {
      stage: 'asyncEgress',
      attempts: 0,
      errors: errorsOf('an earlier record of its key'),
      firstAt: 10,
      lastAt: 10,
    },
  },
  {
    what: 'nack',
    by: finalSink<number>({
      destination: callbackDestination((n) => (n === 10 ? Promise.reject(new Error('full')) : undefined)),
      attempts: 2,
    }),
    outcome: 'deadLettered',
    code: 'NACK',
    letter: { stage: 'finalSink', attempts: 2, errors: errorsOf('full', 'full') },
  },
  {
    what: 'ack timeout after its attempts',
    by: finalSink<number>({
      destination: callbackDestination((n) => (n === 10 ? hang() : undefined)),
      acknowledgmentTimeoutMs: 40,
      attempts: 2,
    }),
    outcome: 'deadLettered',
    code: 'ACK_TIMEOUT',
    letter: { stage: 'finalSink', attempts: 2, errors: errorsOf('', ''), firstAt: 40, lastAt: 80 },
  },
  {
    what: 'a project failed, where that dead-letters',
    by: stage(only(no), { onFailure: 'deadLetter' }),
    outcome: 'deadLettered',
    code: 'FAILED',
    letter: { stage: 'stage', attempts: 1, errors: errorsOf('no') },
  },
];

/** Three records in virtual time, and what the source that gave them was told. */
async function play(by: OperatorFunction<number, unknown>, stopAfterMs?: number) {
  return new FlowTestScheduler().run(async ({ advance }) => {
    const log = new CommittingLog(3);
    const stop = new AbortController();
    const over = run(above(log.source).pipe(by), { signal: stop.signal, drainMs: 100 }).catch((error: unknown) =>
      error instanceof RunError ? error.report : Promise.reject(error as Error),
    );
    if (stopAfterMs !== undefined) {
      await advance(stopAfterMs);
      stop.abort();
    }
    await advance(1000);
    return { log, report: await over };
  });
}

const codesIn = (report: RunReport, outcome: Outcome) => report.codes[outcome];

describe('the outcome of a record', () => {
  it.each(ROWS.map((row) => [row.what, `${row.outcome} ${row.code ?? ''}`.trim(), row] as const))(
    '%s: %s, and it may be committed',
    async (_, __, { by, outcome, code, records = [1], letter }) => {
      const { log, report } = await play(by);
      const isMixed = code === 'PARKED';
      const told = new Map(log.told.map((line) => line.split(' ') as [string, Outcome]));
      expect(numbers(3).map((n) => told.get(String(n)))).toEqual(
        numbers(3).map((n) => (records.includes(n) ? outcome : 'delivered')),
      );
      expect([log.told.length, log.committed, report.ended]).toEqual([3, 3, 'completed']);
      expect(report[outcome]).toBe(outcome === 'delivered' ? 3 : records.length);
      if (code !== null && !isMixed) expect(codesIn(report, outcome)).toEqual({ [code]: records.length });
      if (letter === undefined) expect(report.deadLetters).toEqual([]);
      else {
        expect(report.deadLetters).toHaveLength(records.length);
        expect(report.deadLetters.find(({ origin }) => origin === 1)).toEqual({
          value: 10,
          origin: 1,
          key: 'k1',
          code,
          redrives: 0,
          firstAt: 0,
          lastAt: 0,
          ...letter,
        });
      }
    },
  );

  it.each<[string, OperatorFunction<number, unknown>, SluiceCode, number | undefined, number]>([
    ['unsubscribed because another record failed the stream', stage(only(no)), 'FAILED', undefined, 1],
    ['drain deadline passed', stage(only(hang), { order: 'none', concurrency: 3 }), 'DRAIN_DEADLINE', 5, 1],
  ])('%s: cancelled, and it is never committed, nor what is behind it', async (_, by, code, stopAfterMs, lowest) => {
    const { log, report } = await play(by, stopAfterMs);
    expect(log.told).toContain('1 cancelled');
    expect(codesIn(report, 'cancelled')).toMatchObject({ [code]: 1 });
    expect(log.committed).toBe(lowest);
  });

  it('unsubscribed: cancelled, and it is never committed', () => {
    const log = new CommittingLog(3);
    const { running } = see(log.source.pipe(stage(hang, { concurrency: 3 })));
    running.unsubscribe();
    expect([log.told, log.committed]).toEqual([['0 cancelled', '1 cancelled', '2 cancelled'], 0]);
  });

  it.each([
    ['dropOldest', [0, 2]],
    ['dropNewest', [0, 1]],
  ] as const)('overflow drop, %s: rejected with OVERFLOW', async (overflow, kept) => {
    const pushes = new Subject<number>();
    const seen: unknown[] = [];
    const flow = pushes.pipe(
      onBackpressureBuffer({ capacity: 1, overflow }),
      stage((n: number) => Promise.resolve(n), { capacity: 1 }),
      map((n) => seen.push(n)),
    );
    const over = run(flow);
    for (const n of numbers(3)) pushes.next(n);
    pushes.complete();
    const report = await over;
    expect(report).toMatchObject({ in: 3, delivered: 2, rejected: 1, codes: { rejected: { OVERFLOW: 1 } } });
    expect(seen).toEqual(kept);
  });

  it('shed at the gateway: rejected with SHED, and retryAfterMs says when there is a token for it', () => {
    const settled: RecordContext[] = [];
    const books = new (class extends Bookkeeper {
      override settle(record: DeliveredRecord): void {
        settled.push(record as RecordContext);
      }
    })();
    const pushes = new Subject<number>();
    const limits = { maxRequestsPerSecond: 10, burst: 1, capacity: 2, overflow: 'reject' } as const;
    const scheduler = new VirtualTimeScheduler();
    handGranted(pushes.pipe(gateway({ ...limits, scheduler })), { witness: books, grant: 10 });
    for (const n of numbers(5)) pushes.next(n);
    const shed = settled.filter(({ outcome }) => outcome === 'rejected');
    expect(shed.map(({ origin, code, retryAfterMs }) => [origin, code, retryAfterMs])).toEqual([
      [3, 'SHED', 100],
      [4, 'SHED', 100],
    ]);
  });
});

describe('the outcome of a record with several descendants', () => {
  const pairs = OUTCOMES.flatMap((one) => OUTCOMES.map((other) => [one, other] as const));

  it.each(pairs)('%s and %s: the worst counts', (one, other) => {
    const log = new CommittingLog(1);
    const letters: unknown[] = [];
    const end = (how: Outcome) => {
      if (how === 'deadLettered') return no();
      return how === 'filtered' ? EMPTY : of(how);
    };
    const { running } = see(
      log.source.pipe(
        mergeMap(() => of(one, other)),
        stage(end, { onFailure: 'deadLetter', onDeadLetter: (letter) => letters.push(letter) }),
        asyncEgress({
          process: (how: Outcome) => {
            if (how === 'rejected') return no();
            return how === 'cancelled' ? hang() : how;
          },
          enableDeadLetterQueue: false,
          isRetryable: () => false,
        }),
      ),
    );
    expect(log.told).toHaveLength([one, other].includes('cancelled') ? 0 : 1);
    running.unsubscribe();
    const worst = OUTCOMES[Math.max(OUTCOMES.indexOf(one), OUTCOMES.indexOf(other))];
    expect(log.told).toEqual([`0 ${String(worst)}`]);
    expect(log.committed).toBe(worst === 'cancelled' ? 0 : 1);
    expect(letters).toHaveLength([one, other].filter((how) => how === 'deadLettered').length);
  });
});

describe('a dead-lettered record and the commit', () => {
  function failing(deadLetters: DeadLetterQueueOptions) {
    const controller = new PipelineBackPressureController({ deadLetters });
    const log = new CommittingLog(3);
    const { seen, running } = see(log.source.pipe(stage(no, { onFailure: 'deadLetter' }), control(controller)));
    return { controller, log, seen, running };
  }

  it('a full queue that blocks: committed when the letter is safe, and not before', () => {
    const { controller, log, running } = failing({ maxSize: 1 });
    expect([log.told, log.committed]).toEqual([['0 deadLettered'], 1]);
    controller.deadLetters.drain();
    expect(log.committed).toBe(2);
    running.unsubscribe();
    expect(log.told).toEqual(['0 deadLettered', '1 deadLettered', '2 cancelled']);
    expect(log.committed).toBe(2);
  });

  it('a full queue that drops the oldest: all are committed, and the drop is counted', () => {
    const { controller, log, seen } = failing({ maxSize: 1, whenFull: 'dropOldest' });
    expect([log.committed, controller.deadLetters.dropped, seen]).toEqual([3, 2, ['|']]);
  });

  it('a full queue that spills: committed once the spill has taken the letter', () => {
    const spilled: unknown[] = [];
    const { log } = failing({ maxSize: 1, whenFull: { spill: ({ origin }) => spilled.push(origin) } });
    expect([log.committed, spilled]).toEqual([3, [1, 2]]);
  });

  it('a spill that fails: the record is cancelled and not committed, and the stream fails with what was thrown', () => {
    const { log, seen } = failing({ maxSize: 1, whenFull: { spill: no } });
    expect(log.told).toContain('1 cancelled');
    expect([log.committed, seen]).toEqual([1, [{ error: expect.objectContaining({ message: 'no' }) as unknown }]]);
  });
});

describe('the source', () => {
  it('commits the lowest unsettled offset, never one more, in whatever order the work ends', async () => {
    const log = new CommittingLog(4);
    const doors: (() => void)[] = [];
    const work = (n: number) => new Promise<number>((resolve) => (doors[n] = () => resolve(n)));
    see(log.source.pipe(stage(work, { concurrency: 4, order: 'none' })));
    const committed: number[] = [];
    for (const n of [3, 1, 0, 2]) {
      doors[n]?.();
      for (let turn = 0; turn < 5; turn++) await Promise.resolve();
      committed.push(log.committed);
    }
    expect(committed).toEqual([0, 0, 2, 4]);
  });

  it('is not told of a plain source: nobody commits', async () => {
    expect((await run(fromPull([1]).pipe(stage((n: number) => n)))).delivered).toBe(1);
  });
});
