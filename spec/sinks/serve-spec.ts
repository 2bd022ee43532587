import { describe, expect, it } from '@jest/globals';
import {
  asyncScheduler,
  catchError,
  delay,
  EMPTY,
  filter,
  map,
  merge,
  mergeMap,
  NEVER,
  of,
  pipe,
  repeat,
  retry,
  share,
  startWith,
  Subject,
  take,
  throwError,
  timer,
  VirtualTimeScheduler,
  type Observable,
} from 'rxjs';
import { SluiceError } from '../../lib/credit/SluiceError.js';
import { PipelineBackPressureController } from '../../lib/control/PipelineBackPressureController.js';
import { callbackDestination } from '../../lib/destinations/callbackDestination.js';
import { batch } from '../../lib/operators/batch.js';
import { control } from '../../lib/operators/control.js';
import { expandStage } from '../../lib/operators/expandStage.js';
import { stage } from '../../lib/operators/stage.js';
import { serve, SERVE_OPTIONS, SUBMIT_OPTIONS, type ServeOptions } from '../../lib/sinks/serve.js';
import type { SubmitOptions } from '../../lib/sinks/Submission.js';
import type { SubmitOutcome } from '../../lib/sinks/SubmitOutcome.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { asyncEgress } from '../../lib/stages/asyncEgress.js';
import { finalSink } from '../../lib/stages/finalSink.js';
import { gateway } from '../../lib/stages/gateway.js';
import { ingressProcessing } from '../../lib/stages/ingressProcessing.js';
import { keyGen } from '../../lib/stages/keyGen.js';
import { FlowTestScheduler, type FlowRunHelpers } from '../../lib/testing/index.js';
import { codeIn, messageIn, thrownBy } from '../credit/support/errors.js';
import { collectUnhandled } from '../credit/support/unhandled.js';
import { never, soon, STILL_WAITING, turn } from '../credit/support/waiting.js';
import { microtasks, Works } from '../operators/support/Works.js';
import { everyOption } from '../options/everyOption.js';

const unhandled = collectUnhandled();
const inVirtualTime = <T>(test: (helpers: FlowRunHelpers) => T) => new FlowTestScheduler().run(test);

/** An outcome in a few words. */
const told = (outcome: SubmitOutcome<unknown>): string => {
  const code = 'code' in outcome ? ` ${outcome.code}` : '';
  return `${outcome.outcome}${code}${outcome.values.length > 0 ? ` ${JSON.stringify(outcome.values)}` : ''}`;
};
const all = async (submitted: readonly Promise<SubmitOutcome<unknown>>[]) => (await Promise.all(submitted)).map(told);

/** When a promise was resolved, and to what. */
const moment = async (submitted: Promise<SubmitOutcome<unknown>>) =>
  `${told(await submitted)} at ${asyncScheduler.now()}`;

const same = (n: number) => n;

const fails = (message: string) => (): never => {
  throw new Error(message);
};

describe('what a caller is told', () => {
  it('delivered: the value that left the pipeline', async () => {
    const service = serve<number, string>(stage(async (n: number) => `n${n}`));
    expect(await service.submit(7)).toEqual({ outcome: 'delivered', value: 'n7', values: ['n7'] });
  });

  it('delivered: all values of a record that expands, and the last one as its value', async () => {
    const inLink = serve<number, number>(mergeMap((n) => fromPull([n, n + 1, n + 2])));
    const inStage = serve<number, number>(expandStage((n: number) => of(n, n + 1)));
    expect(await inLink.submit(4)).toEqual({ outcome: 'delivered', value: 6, values: [4, 5, 6] });
    expect(await inStage.submit(4)).toEqual({ outcome: 'delivered', value: 5, values: [4, 5] });
  });

  it('delivered: undefined, where that is what left', async () => {
    expect(await serve<number, undefined>(stage(() => undefined)).submit(1)).toEqual({
      outcome: 'delivered',
      value: undefined,
      values: [undefined],
    });
  });

  it('filtered: above the first stage, below the last, without any, and by a stage without a result', async () => {
    const odd = filter((n: number) => n % 2 === 1);
    for (const pipeline of [
      odd,
      pipe(odd, stage(same)),
      pipe(stage(same), odd),
      stage((n: number) => (n === 2 ? EMPTY : of(n))),
    ]) {
      const service = serve<number, unknown>(pipeline);
      expect(await all([service.submit(1), service.submit(2)])).toEqual(['delivered [1]', 'filtered']);
    }
  });

  it('rejected: with the code and the time that the stage gives', async () => {
    const service = serve<number, number>(
      asyncEgress({ process: fails('no'), maxAttempts: 1, enableDeadLetterQueue: false }),
    );
    expect(await service.submit(1)).toEqual({
      outcome: 'rejected',
      code: 'EXHAUSTED',
      values: [],
      retryAfterMs: undefined,
    });
  });

  it('deadLettered: with the letter, of a stage that nobody else keeps letters for', async () => {
    const service = serve<number, number>(
      stage(
        (n: number) => {
          throw new SluiceError('INVALID', `no ${n}`);
        },
        { onFailure: 'deadLetter' },
      ),
    );
    const outcome = await service.submit(3);
    expect(outcome).toMatchObject({ outcome: 'deadLettered', code: 'INVALID', values: [] });
    expect(outcome).toHaveProperty('letter.origin', 3);
    expect(outcome).toHaveProperty('letter.stage', 'stage');
  });

  it('deadLettered: the worst of several descendants, with the values of those that left', async () => {
    const service = serve<number, number>(
      pipe(
        mergeMap((n: number) => fromPull([n, n + 1])),
        stage((n) => (n === 2 ? fails('two')() : n), { onFailure: 'deadLetter' }),
      ),
    );
    expect(await all([service.submit(1), service.submit(3)])).toEqual(['deadLettered FAILED [1]', 'delivered [3,4]']);
  });

  it('each member of a batch: what became of the batch', async () => {
    const service = serve<number, number>(
      pipe(
        batch<number>({ maxSize: 2, maxWaitMs: 1 }),
        stage((both) => (both.includes(9) ? fails('nine')() : both.length), { onFailure: 'deadLetter' }),
      ),
    );
    const outcomes = [1, 2, 3, 9, 5].map((n) => service.submit(n));
    expect(await all(outcomes)).toEqual([
      'delivered [2]',
      'delivered [2]',
      'deadLettered FAILED',
      'deadLettered FAILED',
      'delivered [1]',
    ]);
    expect(await outcomes[2]).toHaveProperty('letter.value', [3, 9]);
  });

  it('a batch that capacity keeps from being full leaves with what there can be', async () => {
    const all = batch<number>({ maxSize: 5, capacity: 5 });
    const service = serve<number, readonly number[]>(all, { capacity: 2 });
    const outcomes = await soon(Promise.all([1, 2].map((n) => service.submit(n))));
    expect(outcomes).toMatchObject([{ value: [1, 2] }, { value: [1, 2] }]);
  });

  it('each submission its own value, whoever ends first', async () => {
    await inVirtualTime(async () => {
      const work = (n: number) => timer(n % 7).pipe(map(() => n));
      const service = serve<number, number>(
        pipe(stage(work, { concurrency: 10, order: 'none' }), stage(work, { concurrency: 3 })),
      );
      const inputs = Array.from({ length: 100 }, (_, n) => n);
      const outcomes = await Promise.all(inputs.map((n) => service.submit(n)));
      expect(outcomes).toEqual(inputs.map((n) => ({ outcome: 'delivered', value: n, values: [n] })));
      expect(service.count()).toMatchObject({ submitted: 100, delivered: 100, inFlight: 0 });
    });
  });

  it('P4: contexts are opened by the service, and a stage sees the one of its submission', async () => {
    const origins: unknown[] = [];
    const seen = stage((n: number, { record }) => {
      origins.push(record.origin);
      return n;
    });
    const service = serve<number, number>(
      pipe(
        map((n: number) => n * 10),
        seen,
      ),
    );
    expect(await all([service.submit(1), service.submit(2)])).toEqual(['delivered [10]', 'delivered [20]']);
    expect(origins).toEqual([1, 2]);
  });
});

describe('the five ready stages in a service', () => {
  const order = (id: number) => ({ id, customer: `c${id % 3}` });
  type Order = ReturnType<typeof order>;

  const pipeline = (written: number[]) =>
    pipe(
      gateway<Order>({ maxRequestsPerSecond: 1000, maxConcurrentRequests: 8 }),
      keyGen<Order>({ keySelector: ({ customer }) => (customer === 'c2' ? null : customer), numberOfPartitions: 4 }),
      ingressProcessing<Order>({ validate: (value: Order) => value.id !== 3 }),
      asyncEgress({
        process: async (value: Order) => {
          if (value.id === 4) throw new Error('refused');
          return value;
        },
        order: 'perKey',
        maxAttempts: 2,
        baseRetryDelayMs: 1,
      }),
      finalSink({ destination: callbackDestination((value: Order) => void written.push(value.id)) }),
    );

  it.each([false, true])('each submission has its outcome; with a controller at the end: %p', async (isControlled) => {
    const written: number[] = [];
    const controller = new PipelineBackPressureController();
    const service = serve<Order, Order>((source) =>
      isControlled ? source.pipe(pipeline(written), control(controller)) : source.pipe(pipeline(written)),
    );
    const outcomes = [0, 1, 2, 3, 4, 6].map((id) => service.submit(order(id)));
    await soon(Promise.all(outcomes));
    expect(await all(outcomes.map(async (outcome) => ({ ...(await outcome), values: [] })))).toEqual([
      'delivered',
      'delivered',
      'deadLettered KEY',
      'deadLettered INVALID',
      'deadLettered EXHAUSTED',
      'delivered',
    ]);
    expect(written.sort()).toEqual([0, 1, 6]);
    expect(await outcomes[4]).toHaveProperty('letter.attempts', 2);
    expect(Object.keys(controller.getPipelineStatus().stageStatuses).length).toBe(isControlled ? 5 : 0);
    expect(controller.deadLetters.size).toBe(isControlled ? 3 : 0);
    await service.close();
    expect(service.ledger()).toMatchObject({ in: 6, delivered: 3, deadLettered: 3, inFlight: 0 });
    controller.close();
  });

  it('a letter that is redriven goes in again on nobody’s behalf', async () => {
    let isUp = false;
    const controller = new PipelineBackPressureController();
    const project = (n: number) => (isUp ? n : fails('down')());
    const service = serve<number, number>(pipe(stage(project, { onFailure: 'deadLetter' }), control(controller)));
    expect(told(await service.submit(1))).toBe('deadLettered FAILED');
    isUp = true;
    await controller.deadLetters.redrive();
    expect([service.unclaimed, controller.deadLetters.size]).toEqual([1, 0]);
    expect(service.count()).toMatchObject({ submitted: 1, deadLettered: 1 });
    await service.close();
    controller.close();
  });
});

describe('a service that is full', () => {
  it('C11: refuses at once what finds capacity submissions unsettled, and takes the next when one has settled', async () => {
    const works = new Works<number>();
    const service = serve<number, number>(stage(works.start, { capacity: 2, concurrency: 2 }), { capacity: 3 });
    const first = [1, 2, 3].map((n) => service.submit(n));
    expect([service.inFlight, service.waiting, service.capacity]).toEqual([3, 1, 3]);
    expect(await soon(service.submit(4))).toEqual({
      outcome: 'rejected',
      code: 'OVERFLOW',
      values: [],
      retryAfterMs: undefined,
    });
    expect(works.begun).toEqual([1, 2]);
    await works.finish(2, 2);
    expect(service.inFlight).toBe(3);
    await works.finish(1, 1);
    const late = service.submit(5);
    await works.finish(3, 3);
    await works.finish(5, 5);
    expect(await all([...first, late])).toEqual([1, 2, 3, 5].map((n) => `delivered [${n}]`));
    expect(service.count()).toEqual({
      submitted: 5,
      inFlight: 0,
      delivered: 4,
      filtered: 0,
      rejected: 1,
      deadLettered: 0,
      cancelled: 0,
    });
  });

  it('says when to come again: the mean time of a submission, or the age of the oldest, through capacity', async () => {
    await inVirtualTime(async ({ advance }) => {
      let takes = 40;
      const service = serve<number, number>(
        stage((n: number) => timer(takes).pipe(map(() => n)), { concurrency: 4, order: 'none' }),
        { capacity: 4 },
      );
      const fill = () => [1, 2, 3, 4].map((n) => service.submit(n));
      const again = async () => {
        const outcome = await service.submit(0);
        return outcome.outcome === 'rejected' ? outcome.retryAfterMs : outcome.outcome;
      };
      const first = fill();
      expect(await again()).toBeUndefined();
      await Promise.all(first);
      takes = 120;
      const second = fill();
      expect(await again()).toBe(10);
      await advance(100);
      expect(await again()).toBe(25);
      await Promise.all(second);
      void fill();
      // 40 + (120 - 40) · (1 - (7/8)⁴) = 73.1, a quarter of it, rounded up.
      expect(await again()).toBe(19);
    });
  });

  it('takes what is submitted from within the pipeline', async () => {
    const nested: Promise<SubmitOutcome<number>>[] = [];
    const service = serve<number, number>(
      stage((n: number) => {
        if (n === 1) nested.push(service.submit(2));
        return n;
      }),
    );
    expect(told(await service.submit(1))).toBe('delivered [1]');
    expect(await all(nested)).toEqual(['delivered [2]']);
  });
});

describe('a pipeline that fails or ends', () => {
  it('settles every pending submission with the error, and rejects what comes later', async () => {
    const works = new Works<number>();
    const service = serve<number, number>(stage(works.start, { capacity: 2, concurrency: 2 }));
    const pending = [1, 2, 3].map((n) => service.submit(n));
    const why = new Error('lost');
    await works.fail(1, why);
    for (const outcome of await Promise.all(pending)) {
      expect(outcome).toEqual({ outcome: 'cancelled', code: 'STREAM_FAILED', cause: why, values: [] });
    }
    expect([service.isOpen, service.inFlight]).toEqual([false, 0]);
    expect(told(await service.submit(4))).toBe('rejected PIPELINE_CLOSED');
    expect(await soon(service.close())).toBeUndefined();
    expect(unhandled).toEqual([]);
  });

  it('P2: one that completes by itself lets the record finish that it completed with', async () => {
    const service = serve<number, number>(
      pipe(
        stage(async (n: number) => n),
        take(1),
      ),
    );
    expect(await all([service.submit(1), service.submit(2)])).toEqual(['delivered [1]', 'cancelled PIPELINE_CLOSED']);
    expect(told(await service.submit(3))).toBe('rejected PIPELINE_CLOSED');
  });

  it('one that fails when it is subscribed is closed from the start', async () => {
    const service = serve<number, number>(() => throwError(() => new Error('no')));
    expect(told(await service.submit(1))).toBe('rejected PIPELINE_CLOSED');
  });

  it('one that never subscribes its source leaves submissions to their deadlines', async () => {
    await inVirtualTime(async () => {
      const service = serve<number, number>(() => NEVER);
      expect(await moment(service.submit(1, { deadlineMs: 5 }))).toBe('cancelled DEADLINE at 5');
      await service.close();
      expect(asyncScheduler.now()).toBe(5);
    });
  });

  it.each<[string, (source: Observable<number>) => Observable<number>, string]>([
    ['C7: an asynchronous link below the last stage', pipe(stage(same), delay(1)), 'ASYNC_LINK'],
    ['C6c: a cut link', pipe(share(), stage(same)), 'CUT_LINK'],
    ['a source that is subscribed twice', (source) => merge(source, source), 'OPTION'],
    ['a source inside the delivery of a record', (source) => fromPull([1]).pipe(mergeMap(() => source)), 'OPTION'],
  ])('%s fails it at the first record, and what comes later is told why', async (_, pipeline, code) => {
    const service = serve<number, number>(pipeline);
    const first = service.submit(1);
    await turn(5);
    expect(service.isOpen).toBe(false);
    expect((await first).outcome).not.toBe('delivered');
    const later = await service.submit(2);
    expect(told(later)).toBe('rejected PIPELINE_CLOSED');
    expect('cause' in later && codeIn(later.cause)).toBe(code);
  });

  it('a value that belongs to nobody is counted', async () => {
    const service = serve<number, number>(startWith(0));
    expect(told(await service.submit(1))).toBe('delivered [1]');
    expect(service.unclaimed).toBe(1);
  });
});

describe('retry around the pipeline', () => {
  it('sends what was in flight again, in order and before what came later, and tells each caller once', async () => {
    await inVirtualTime(async ({ advance }) => {
      const begun: string[] = [];
      let failures = 2;
      const project = (n: number) =>
        timer(2).pipe(
          map(() => {
            if (n === 2 && failures-- > 0) throw new Error('not yet');
            return n;
          }),
        );
      const service = serve<number, number>(
        pipe(
          map((n: number) => {
            begun.push(`${asyncScheduler.now()}:${n}`);
            return n;
          }),
          stage(project, { concurrency: 2, capacity: 2 }),
          retry({ delay: 10 }),
        ),
      );
      const first = [1, 2, 3].map((n) => service.submit(n));
      await advance(5);
      const later = service.submit(4);
      expect(await all([...first, later])).toEqual([1, 2, 3, 4].map((n) => `delivered [${n}]`));
      expect(begun).toEqual(['0:1', '0:2', '2:3', '12:2', '12:3', '24:2', '24:3', '26:4']);
      expect(service.count()).toMatchObject({ submitted: 4, delivered: 4 });
      expect(service.ledger()).toMatchObject({ delivered: 4, inFlight: 0 });
    });
  });

  it('at once, by a project that throws: the record itself is tried again', async () => {
    let failures = 3;
    const service = serve<number, number>(
      pipe(
        stage((n: number) => (failures-- > 0 ? fails('not yet')() : n)),
        retry(3),
      ),
    );
    expect(told(await service.submit(1))).toBe('delivered [1]');
  });

  it('that gives up: cancelled, with the last error', async () => {
    const service = serve<number, number>(pipe(stage(fails('never')), retry(2)));
    const outcome = await service.submit(1);
    expect(told(outcome)).toBe('cancelled STREAM_FAILED');
    expect('cause' in outcome && messageIn(outcome.cause)).toBe('never');
  });

  it('values of the attempt that failed are not part of the outcome', async () => {
    let failures = 1;
    const service = serve<number, number>(
      pipe(
        mergeMap((n: number) => fromPull([n, n + 1])),
        stage((n) => (n === 2 && failures-- > 0 ? fails('not yet')() : n)),
        retry(1),
      ),
    );
    expect(await service.submit(1)).toEqual({ outcome: 'delivered', value: 2, values: [1, 2] });
  });
});

describe('closing', () => {
  it('takes no more, lets what is in flight and what waits finish, closes the destination, and resolves', async () => {
    const log: string[] = [];
    const works = new Works<number>();
    const destination = {
      ...callbackDestination((n: number) => void log.push(`wrote ${n}`)),
      close: () => void log.push('closed'),
    };
    const service = serve<number, number>(pipe(stage(works.start, { capacity: 1 }), finalSink({ destination })));
    const inFlight = [1, 2].map((n) => service.submit(n));
    const closed = service.close().then(() => log.push('over'));
    expect(told(await service.submit(3))).toBe('rejected PIPELINE_CLOSED');
    expect(await soon(closed)).toBe(STILL_WAITING);
    await works.finish(1, 1);
    await works.finish(2, 2);
    expect(await all(inFlight)).toEqual(['delivered [1]', 'delivered [2]']);
    await closed;
    expect(log).toEqual(['wrote 1', 'wrote 2', 'closed', 'over']);
    expect(service.close()).toBe(service.close());
  });

  it('drainMs: at that frame what is left is cancelled, and its work is told', async () => {
    await inVirtualTime(async ({ advance }) => {
      const signals: AbortSignal[] = [];
      const project = (n: number, { signal }: { signal: AbortSignal }) => {
        signals.push(signal);
        return n === 1 ? timer(30).pipe(map(() => n)) : never();
      };
      const service = serve<number, number>(stage(project, { concurrency: 3, capacity: 3 }), { drainMs: 50 });
      const left = [1, 2, 3, 4].map((n) => moment(service.submit(n)));
      await advance(10);
      await service.close();
      expect(asyncScheduler.now()).toBe(60);
      expect(await Promise.all(left)).toEqual([
        'delivered [1] at 30',
        ...Array<string>(3).fill('cancelled DRAIN_DEADLINE at 60'),
      ]);
      expect(signals.slice(1).map(({ aborted }) => aborted)).toEqual([true, true, true]);
    });
  });

  it('leaves no timer', async () => {
    const scheduler = new VirtualTimeScheduler();
    const service = serve<number, number>(stage(same), { scheduler });
    await service.submit(1, { deadlineMs: 1000 });
    expect(scheduler.actions).toHaveLength(0);
    await service.close();
    expect(scheduler.actions).toHaveLength(0);
  });

  it('is what `await using` does', async () => {
    const service = serve<number, number>(stage(same));
    await service[Symbol.asyncDispose]();
    expect(service.isOpen).toBe(false);
  });

  it('ends under repeat, which would subscribe for ever', async () => {
    const service = serve<number, number>(pipe(stage(same), repeat()));
    expect(told(await service.submit(1))).toBe('delivered [1]');
    expect(await soon(service.close())).toBeUndefined();
  });

  it('ends while retry waits, once nothing is in flight', async () => {
    await inVirtualTime(async ({ advance }) => {
      const service = serve<number, number>(pipe(stage(fails('no')), retry({ delay: 1000 })));
      const outcome = moment(service.submit(1, { deadlineMs: 20 }));
      await advance(5);
      await service.close();
      expect(await outcome).toBe('cancelled DEADLINE at 20');
      expect(asyncScheduler.now()).toBe(20);
    });
  });
});

describe('what serve and submit are given', () => {
  it.each([[undefined], [null], [of(1)], ['stage']])('is refused: %p as a pipeline', (pipeline) => {
    expect(messageIn(thrownBy(() => serve(pipeline as never)))).toMatch(/^serve: pipeline is .*; give an operator/);
  });

  it('is refused: a pipeline that makes no Observable', () => {
    expect(messageIn(thrownBy(() => serve((() => 1) as never)))).toContain('the pipeline returned 1');
  });

  it('C15: an Observable as a value is refused, and harms nobody else', async () => {
    const service = serve<unknown, unknown>(stage((n: unknown) => n));
    expect(codeIn(thrownBy(() => service.submit(of(1))))).toBe('NESTED_OBSERVABLE');
    expect(told(await service.submit(2))).toBe('delivered [2]');
  });
});

everyOption('serve', SERVE_OPTIONS, {
  capacity: {
    does: 'one more is refused',
    test: async () => {
      const refused = async (options: ServeOptions) => {
        const service = serve<number, never>(stage(never), options);
        for (let n = 0; n < 300; n++) void service.submit(n);
        await microtasks();
        return service.count().rejected;
      };
      expect([await refused({}), await refused({ capacity: 7 })]).toEqual([44, 293]);
    },
  },
  drainMs: {
    does: 'at that frame what is in flight is cancelled',
    test: async () => {
      const frame = async (options: ServeOptions) => {
        const scheduler = new VirtualTimeScheduler();
        const service = serve<number, never>(stage(never), { scheduler, ...options });
        const outcome = service.submit(1);
        const closed = service.close();
        scheduler.flush();
        await closed;
        expect(told(await outcome)).toBe('cancelled DRAIN_DEADLINE');
        return scheduler.frame;
      };
      expect([await frame({}), await frame({ drainMs: 120 })]).toEqual([5000, 120]);
    },
  },
  name: {
    does: 'errors have it',
    test: async () => {
      const message = async (options: ServeOptions) => {
        const outcomes = new Subject<unknown>();
        let failure = '';
        outcomes.subscribe((error) => (failure = messageIn(error)));
        const service = serve<number, number>(
          (source) =>
            source.pipe(
              share(),
              stage(same),
              catchError((error: unknown) => (outcomes.next(error), EMPTY)),
            ),
          options,
        );
        await service.submit(1);
        return failure;
      };
      expect(await message({})).toContain(`'serve'`);
      expect(await message({ name: 'orders' })).toContain(`'orders'`);
    },
  },
  scheduler: {
    does: 'deadlines pass there',
    test: () => {
      const scheduler = new VirtualTimeScheduler();
      const timers = (options: ServeOptions) => {
        void serve<number, never>(stage(never), options).submit(1, { deadlineMs: 5 });
        return scheduler.actions.length;
      };
      expect([timers({}), timers({ scheduler })]).toEqual([0, 1]);
    },
  },
});

everyOption('submit', SUBMIT_OPTIONS, {
  signal: {
    does: 'aborting it cancels this submission',
    test: async () => {
      const abort = new AbortController();
      const service = serve<number, never>(stage(never));
      const told = async (options: SubmitOptions) => {
        const outcome = service.submit(1, options);
        abort.abort('gone');
        return soon(outcome);
      };
      expect(await told({})).toBe(STILL_WAITING);
      expect(await told({ signal: abort.signal })).toEqual({
        outcome: 'cancelled',
        code: 'ABORTED',
        cause: 'gone',
        values: [],
      });
    },
  },
  deadlineMs: {
    does: 'at that frame it is cancelled',
    test: async () => {
      await inVirtualTime(async () => {
        const work = (n: number) => timer(100).pipe(map(() => n));
        const service = serve<number, number>(stage(work, { concurrency: 4 }));
        const after = (options: SubmitOptions) => moment(service.submit(1, options));
        expect(await Promise.all([after({}), after({ deadlineMs: 40 }), after({ deadlineMs: 0 })])).toEqual([
          'delivered [1] at 100',
          'cancelled DEADLINE at 40',
          'cancelled DEADLINE at 0',
        ]);
      });
    },
  },
  onProgress: {
    does: 'it is told how far the work has come',
    test: async () => {
      const told: number[] = [];
      const service = serve<number, number>(
        asyncEgress({
          process: async (n: number, { progress }) => {
            progress();
            progress(0.5);
            await Promise.resolve();
            progress(1);
            return n;
          },
        }),
      );
      await service.submit(1);
      expect(told).toEqual([]);
      await service.submit(2, { onProgress: (fraction) => told.push(fraction) });
      expect(told).toEqual([0.5, 1]);
    },
  },
});
