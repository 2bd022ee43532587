import { describe, expect, it } from '@jest/globals';
import { filter, map, of, Subject, take, throwError, VirtualTimeScheduler } from 'rxjs';
import { SluiceError } from '../../lib/credit/SluiceError.js';
import { stage } from '../../lib/operators/stage.js';
import type { DeadLetter } from '../../lib/records/DeadLetter.js';
import { run, RunError, RUN_OPTIONS, type RunOptions, type RunReport } from '../../lib/sinks/run.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { handFed } from '../../lib/testing/HandFed.js';
import { messageIn } from '../credit/support/errors.js';
import { failureOf, never, soon, STILL_WAITING, turn } from '../credit/support/waiting.js';
import { everyOption } from '../options/everyOption.js';
import { numbers } from '../operators/support/seen.js';

const sum = (r: RunReport) => r.filtered + r.delivered + r.rejected + r.deadLettered + r.cancelled;

const failing = (): never => {
  throw new Error('no');
};

describe('the report of run', () => {
  it('has every record under one of the five outcomes, by code, and the peak of live records', async () => {
    const flow = fromPull(numbers(100)).pipe(
      filter((n) => n % 10 !== 0),
      stage(
        async (n: number) => {
          if (n % 25 === 1) throw new SluiceError('TIMEOUT', 'late');
          if (n % 25 === 2) throw new Error('broken');
          return n;
        },
        { capacity: 8, concurrency: 4, onFailure: 'deadLetter', name: 'save' },
      ),
    );
    const report = await run(flow);
    expect(report).toMatchObject({
      in: 100,
      filtered: 10,
      deadLettered: 8,
      delivered: 82,
      inFlight: 0,
      ended: 'completed',
    });
    expect(report.codes.deadLettered).toEqual({ TIMEOUT: 4, FAILED: 4 });
    expect(report.deadLetters).toHaveLength(8);
    expect(report.peakLive).toBeLessThanOrEqual(9);
    expect(report.stages).toEqual([{ stage: 'save', arrived: 90, passedOn: 82, settledHere: 8, held: 0, capacity: 8 }]);
  });

  it('is a receipt in one line', async () => {
    const flow = fromPull(numbers(10)).pipe(
      filter((n) => n > 1),
      stage((n: number) => (n === 5 ? failing() : n), { onFailure: 'deadLetter' }),
    );
    expect(String(await run(flow))).toBe('in 10 = delivered 7 + filtered 2 + deadLettered 1 (FAILED 1) · peak live 1');
    expect(String(await run(fromPull([])))).toBe('in 0 = delivered 0 · peak live 0');
  });

  it('counts pushed records, plain flows without a stage, and a stage of each name apart', async () => {
    expect(String(await run(fromPull([1, 2, 3]).pipe(map((n) => n))))).toBe('in 3 = delivered 3 · peak live 1');
    const report = await run(
      of(1, 2).pipe(
        stage((n) => n),
        stage((n: number) => n),
        stage((n: number) => n, { name: 'save' }),
      ),
    );
    expect(report.stages.map(({ stage: name, arrived }) => [name, arrived])).toEqual([
      ['stage', 2],
      ['stage#2', 2],
      ['save', 2],
    ]);
  });

  it.each<[string, () => Parameters<typeof run>[0]]>([
    [
      'take below the stage',
      () =>
        fromPull([1, 2, 3]).pipe(
          stage((n: number) => n),
          take(2),
        ),
    ],
    [
      'take above it',
      () =>
        fromPull([1, 2, 3]).pipe(
          take(2),
          stage((n: number) => n),
        ),
    ],
    [
      'take and asynchronous work',
      () =>
        fromPull([1, 2, 3]).pipe(
          stage(async (n: number) => n),
          take(2),
        ),
    ],
    ['no stage', () => fromPull([1, 2, 3]).pipe(take(2))],
  ])('P2: finds every record settled when the stream is ended inside a delivery: %s', async (_, flow) => {
    const report = await run(flow());
    expect({ inFlight: report.inFlight, delivered: report.delivered, rest: report.in - sum(report) }).toEqual({
      inFlight: 0,
      delivered: 2,
      rest: 0,
    });
  });
});

describe('a run that fails', () => {
  it.each<[string, () => Parameters<typeof run>[0]]>([
    ['a project', () => fromPull([1]).pipe(stage(failing))],
    ['perKey', () => fromPull([1]).pipe(stage((n: number) => n, { order: { perKey: failing } }))],
    [
      'map in the link',
      () =>
        fromPull([1]).pipe(
          map(failing),
          stage((n: number) => n),
        ),
    ],
    [
      'map below the last stage',
      () =>
        fromPull([1]).pipe(
          stage((n: number) => n),
          map(failing),
        ),
    ],
  ])('rejects with the report inside, in which every record is settled: %s', async (_, flow) => {
    const error = await failureOf(run(flow()));
    expect(error).toBeInstanceOf(RunError);
    expect(error).toMatchObject({ code: 'STREAM_FAILED', report: { ended: 'failed', in: 1, inFlight: 0 } });
  });

  it.each<[string, unknown, string]>([
    ['an error', new Error('disk'), 'the stream failed: disk'],
    ['a text', 'disk', 'the stream failed: "disk"'],
    ['undefined', undefined, 'the stream failed: undefined'],
    ['what cannot be written as text', Object.create(null), 'the stream failed: '],
    ['a symbol', Symbol('s'), 'the stream failed: '],
  ])('names its cause: %s', async (_, cause, message) => {
    const error = await failureOf(run(throwError(() => cause)));
    expect(error).toBeInstanceOf(RunError);
    expect((error as RunError).cause).toBe(cause);
    expect(messageIn(error)).toContain(message);
  });

  it('C10: goes on with what was accepted before the source failed', async () => {
    const source = new Subject<number>();
    const report = run(source.pipe(stage(never)));
    source.next(1);
    source.error('first');
    expect(await soon(report.then(String, String))).toBe(STILL_WAITING);
  });
});

everyOption('run', RUN_OPTIONS, {
  signal: {
    does: 'aborting it ends the run, and what is in flight may finish',
    test: async () => {
      const stop = new AbortController();
      const work = new Subject<string>();
      const flow = () => handFed(numbers(9)).pipe(stage(() => work, { capacity: 2, concurrency: 2 }));
      const [deaf, heard] = [run(flow()), run(flow(), { signal: stop.signal })];
      stop.abort();
      work.next('done');
      work.complete();
      expect((await soon(heard)) as RunReport).toMatchObject({ ended: 'stopped', in: 2, delivered: 2 });
      expect(await deaf).toMatchObject({ ended: 'completed', in: 9 });
    },
  },
  drainMs: {
    does: 'at that frame what is still in flight is cancelled',
    test: async () => {
      const after = async (options: RunOptions) => {
        const scheduler = new VirtualTimeScheduler();
        const stop = new AbortController();
        const report = run(fromPull(numbers(9)).pipe(stage(never, { capacity: 3 })), {
          signal: stop.signal,
          scheduler,
          ...options,
        });
        stop.abort();
        const waiting = await soon(Promise.race([report, turn().then(() => 'drains')]));
        scheduler.flush();
        expect(waiting).toBe('drains');
        expect((await report).codes.cancelled).toEqual({ DRAIN_DEADLINE: 3 });
        return scheduler.frame;
      };
      expect([await after({}), await after({ drainMs: 120 })]).toEqual([5000, 120]);
    },
  },
  onDeadLetter: {
    does: 'it is told of each dead letter',
    test: async () => {
      const letters: DeadLetter[] = [];
      const flow = fromPull([1, 2]).pipe(stage(failing, { onFailure: 'deadLetter' }));
      await run(flow);
      expect(letters).toEqual([]);
      const { deadLetters } = await run(flow, { onDeadLetter: (letter) => letters.push(letter) });
      expect(letters).toEqual(deadLetters);
      expect(letters.map(({ value }) => value)).toEqual([1, 2]);
    },
  },
  keepDeadLetters: {
    does: 'the report keeps so many, the first ones, and counts all',
    test: async () => {
      const kept = async (options: RunOptions) => {
        const flow = fromPull(numbers(5)).pipe(stage(failing, { onFailure: 'deadLetter' }));
        const { deadLetters, deadLettered, deadLettersNotKept } = await run(flow, options);
        expect([deadLettered, deadLetters.length + deadLettersNotKept]).toEqual([5, 5]);
        return deadLetters.map(({ value }) => value);
      };
      expect(await kept({})).toEqual([0, 1, 2, 3, 4]);
      expect(await kept({ keepDeadLetters: 2 })).toEqual([0, 1]);
      expect(await kept({ keepDeadLetters: 0 })).toEqual([]);
    },
  },
  scheduler: {
    does: 'drainMs passes there',
    test: () => {
      const scheduler = new VirtualTimeScheduler();
      const timers = (options: RunOptions) => {
        const stop = new AbortController();
        void run(fromPull([1]).pipe(stage(never)), { signal: stop.signal, drainMs: 5, ...options });
        stop.abort();
        return scheduler.actions.length;
      };
      expect([timers({}), timers({ scheduler })]).toEqual([0, 1]);
    },
  },
});
