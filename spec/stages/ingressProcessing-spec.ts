import { describe, expect, it } from '@jest/globals';
import { NEVER, Subject, VirtualTimeScheduler } from 'rxjs';
import * as z from 'zod';
import { PipelineBackPressureController } from '../../lib/control/PipelineBackPressureController.js';
import { stage } from '../../lib/operators/stage.js';
import { run } from '../../lib/sinks/run.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import {
  INGRESS_PROCESSING_OPTIONS,
  ingressProcessing,
  type IngressProcessingOptions,
} from '../../lib/stages/ingressProcessing.js';
import { handFed } from '../../lib/testing/HandFed.js';
import { everyOption } from '../options/everyOption.js';
import { numbers, see } from '../operators/support/seen.js';
import { Works } from '../operators/support/Works.js';

type Options = IngressProcessingOptions<number, number, number>;
const keep = { onDeadLetter: () => undefined };
const reportOf = (options: Options, values: readonly number[] = [1]) =>
  run(fromPull(values).pipe(ingressProcessing<number, number, number>(options)));

describe('ingressProcessing', () => {
  it('a record that a schema refuses is a dead letter that says what was wrong; the others are what it made', async () => {
    const schema = z.object({ id: z.number(), name: z.string().trim() });
    const seen: unknown[] = [];
    const rows = [{ id: 1, name: ' a ' }, { id: 'x', name: 'b' }, { id: 3 }];
    const report = await run(
      fromPull(rows).pipe(
        ingressProcessing<unknown, z.infer<typeof schema>>({ schema }),
        stage((row: unknown) => void seen.push(row)),
      ),
    );
    expect(seen).toEqual([{ id: 1, name: 'a' }]);
    expect(report).toMatchObject({ delivered: 1, deadLettered: 2, codes: { deadLettered: { INVALID: 2 } } });
    expect(report.deadLetters.map(({ errors }) => (errors[0] as Error).message)).toEqual([
      expect.stringContaining('id: '),
      expect.stringContaining('name: '),
    ]);
  });

  it('validation and preparation may be asynchronous, and the records keep their order', async () => {
    const seen: number[] = [];
    const validate = async (n: number) => {
      for (let turn = 0; turn < 10 - n; turn++) await Promise.resolve();
      return n !== 3;
    };
    const report = await run(
      fromPull(numbers(6)).pipe(
        ingressProcessing<number, number, number>({ validate, preprocess: async (n) => n * 10, concurrency: 4 }),
        stage((n: number) => void seen.push(n)),
      ),
    );
    expect(seen).toEqual([0, 10, 20, 40, 50]);
    expect(report.deadLettered).toBe(1);
  });

  it('a wait past bufferTimeoutMs counts as a failure in the pressure', () => {
    const errorRateWith = (options: Options) => {
      const scheduler = new VirtualTimeScheduler();
      const controller = new PipelineBackPressureController({ scheduler });
      const hangs = ingressProcessing<number, number, number>({
        preprocess: () => new Promise<never>(() => undefined),
        ...{ controller, scheduler, ...keep, ...options },
      });
      const { running } = see(fromPull(numbers(500)).pipe(hangs));
      scheduler.maxFrames = 2000;
      scheduler.flush();
      const { errorRate } = controller.getPipelineStatus().stageStatuses['ingressProcessing'] ?? {};
      running.unsubscribe();
      return errorRate;
    };
    expect([errorRateWith({}), errorRateWith({ bufferTimeoutMs: 1000 })]).toEqual([0, 1]);
  });

  it('a validate that throws or rejects refuses the record, with its error in the letter', async () => {
    const cause = new Error('broken');
    for (const validate of [
      () => {
        throw cause;
      },
      () => Promise.reject(cause),
    ]) {
      const { deadLetters } = await reportOf({ validate });
      expect(deadLetters[0]).toMatchObject({ code: 'INVALID', errors: [{ cause }] });
    }
  });

  it.each([
    [{ schema: {} }, 'schema'],
    [{ validate: 1 }, 'validate'],
    [{ bufferTimeoutMs: -1 }, 'bufferTimeoutMs'],
    [{ onBufferTimeout: 'drop' }, 'onBufferTimeout'],
    [{ schema: z.number(), validate: () => true }, 'schema and validate'],
  ])('refuses %j, naming the option', (options, name) => {
    expect(() => ingressProcessing(options as never)).toThrow(new RegExp(name));
  });
});

/** What has become of three records of which the first never ends, so many ms after the start. */
function after(ms: number, options: Options): { readonly codes: unknown[]; readonly begun: number } {
  const scheduler = new VirtualTimeScheduler();
  scheduler.maxFrames = ms;
  const works = new Works<number>();
  const codes: unknown[] = [];
  const stop = new AbortController();
  const flow = fromPull(numbers(3)).pipe(
    ingressProcessing<number, number, number>({
      preprocess: (n) => works.start(n),
      onDeadLetter: ({ code }) => void codes.push(code),
      scheduler,
      ...options,
    }),
  );
  void run(flow, { signal: stop.signal, drainMs: 0 }).catch(() => undefined);
  scheduler.flush();
  return { codes, begun: works.begun.length };
}

everyOption('ingressProcessing', INGRESS_PROCESSING_OPTIONS, {
  name: {
    does: 'the stage is called so in the report',
    test: async () => {
      const named = async (options: Options) => (await reportOf(options)).stages[0]?.stage;
      expect([await named({}), await named({ name: 'check' })]).toEqual(['ingressProcessing', 'check']);
    },
  },
  capacity: {
    does: 'so many records are taken in',
    test: () => {
      const taken = (options: Options) => {
        const source = handFed(numbers(999));
        const preprocess = () => new Promise<number>(() => undefined);
        see(source.pipe(ingressProcessing({ preprocess, ...keep, ...options })));
        return source.delivered;
      };
      expect([taken({}), taken({ capacity: 7 })]).toEqual([256, 7]);
    },
  },
  scheduler: {
    does: 'the time in dead letters comes from it',
    test: async () => {
      const scheduler = new VirtualTimeScheduler();
      scheduler.frame = 55;
      expect((await reportOf({ validate: () => false, scheduler })).deadLetters[0]?.firstAt).toBe(55);
    },
  },
  controller: {
    does: 'that controller observes it',
    test: () => {
      const controller = new PipelineBackPressureController({ scheduler: new VirtualTimeScheduler() });
      const { running } = see(
        fromPull(numbers(999)).pipe(
          ingressProcessing({ controller }),
          stage(() => NEVER),
        ),
      );
      expect(Object.keys(controller.getPipelineStatus().stageStatuses)).toEqual(['ingressProcessing']);
      running.unsubscribe();
    },
  },
  creditReplenishRate: {
    does: 'credit is handed back no faster',
    test: () => {
      const passed = (options: Options) => {
        const scheduler = new VirtualTimeScheduler();
        scheduler.maxFrames = 1000;
        const { seen } = see(
          fromPull(numbers(99)).pipe(ingressProcessing({ capacity: 4, scheduler, ...keep, ...options })),
        );
        scheduler.flush();
        return seen.length;
      };
      expect(passed({})).toBe(100);
      expect(passed({ creditReplenishRate: 10 })).toBeLessThanOrEqual(16);
    },
  },
  schema: {
    does: 'refuses what it refuses',
    test: async () => {
      const schema = z.number().max(5) as unknown as NonNullable<Options['schema']>;
      expect([(await reportOf({}, [9])).delivered, (await reportOf({ schema }, [9])).delivered]).toEqual([1, 0]);
    },
  },
  validate: {
    does: 'refuses what it refuses',
    test: async () => expect((await reportOf({ validate: (n) => n > 1 }, [1, 2])).delivered).toBe(1),
  },
  preprocess: {
    does: 'makes the value that goes on',
    test: () =>
      expect(see(fromPull([1]).pipe(ingressProcessing({ preprocess: (n: number) => n + 1, ...keep }))).seen).toEqual([
        2,
        '|',
      ]),
  },
  enableValidation: {
    does: 'without it nothing is refused',
    test: async () => {
      const refuse = { validate: () => false };
      expect([
        (await reportOf(refuse)).delivered,
        (await reportOf({ ...refuse, enableValidation: false })).delivered,
      ]).toEqual([0, 1]);
    },
  },
  enablePreprocessing: {
    does: 'without it nothing is prepared',
    test: () => {
      const options = { preprocess: (n: number) => n + 1, enablePreprocessing: false, ...keep };
      expect(see(fromPull([1]).pipe(ingressProcessing(options))).seen).toEqual([1, '|']);
    },
  },
  concurrency: {
    does: 'so many records are prepared at a time',
    test: () => expect([after(0, {}).begun, after(0, { concurrency: 3 }).begun]).toEqual([1, 3]),
  },
  bufferTimeoutMs: {
    does: 'a record that waits for its turn is overdue at that frame, not before',
    test: () => {
      const options: Options = { onBufferTimeout: 'deadLetter', bufferTimeoutMs: 30 };
      expect([after(29, options).codes, after(30, options).codes]).toEqual([[], ['BUFFER_TIMEOUT']]);
      expect(after(60, options).codes).toEqual(['BUFFER_TIMEOUT', 'BUFFER_TIMEOUT']);
    },
  },
  onBufferTimeout: {
    does: 'says what becomes of an overdue record',
    test: () => {
      const letters = (options: Options) => after(100, { bufferTimeoutMs: 10, ...options }).codes.length;
      expect([letters({}), letters({ onBufferTimeout: 'reject' }), letters({ onBufferTimeout: 'deadLetter' })]).toEqual(
        [0, 0, 2],
      );
    },
  },
  onDeadLetter: {
    does: 'is told of the letter',
    test: () => {
      const told: string[] = [];
      const pushes = new Subject<number>();
      see(pushes.pipe(ingressProcessing({ validate: () => false, onDeadLetter: ({ code }) => void told.push(code) })));
      pushes.next(1);
      expect(told).toEqual(['INVALID']);
    },
  },
});
