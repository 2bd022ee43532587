import { describe, expect, it } from '@jest/globals';
import { concat, NEVER, Subject, VirtualTimeScheduler } from 'rxjs';
import type { ControllerOptions } from '../../lib/control/controllerOptions.js';
import { PipelineBackPressureController } from '../../lib/control/PipelineBackPressureController.js';
import type { Rejection } from '../../lib/control/stageEvent.js';
import type { WriteContext } from '../../lib/destinations/Destination.js';
import { control } from '../../lib/operators/control.js';
import { stage } from '../../lib/operators/stage.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { onBackpressureDrop } from '../../lib/sources/onBackpressureDrop.js';
import { asyncEgress } from '../../lib/stages/asyncEgress.js';
import { finalSink } from '../../lib/stages/finalSink.js';
import { gateway } from '../../lib/stages/gateway.js';
import { ingressProcessing } from '../../lib/stages/ingressProcessing.js';
import { keyGen } from '../../lib/stages/keyGen.js';
import { numbers, see } from '../operators/support/seen.js';
import { microtasks } from '../operators/support/Works.js';
import { HandLog } from './support/HandLog.js';

/** A controller in virtual time with a log in the hand, and what it rejects. */
function observed(options: ControllerOptions = {}) {
  const scheduler = new VirtualTimeScheduler();
  const log = new HandLog(() => scheduler.frame);
  const controller = new PipelineBackPressureController({ scheduler, logger: log, ...options });
  const rejected: Rejection[] = [];
  controller.rejected$.subscribe((rejection) => rejected.push(rejection));
  const until = (frame: number) => {
    scheduler.maxFrames = frame;
    scheduler.flush();
    scheduler.frame = frame;
  };
  return { scheduler, log, controller, rejected, until };
}

const waits = () => stage(() => NEVER, { capacity: 1, name: 'busy' });

describe('what is rejected', () => {
  it('by an overflow policy: each in rejected$, the log one line for all of them', () => {
    const { log, controller, rejected, until } = observed();
    const pushes = new Subject<number>();
    const { running } = see(pushes.pipe(onBackpressureDrop(), waits(), control(controller)));
    until(3);
    for (const n of numbers(1000)) pushes.next(n);
    expect(rejected).toHaveLength(999);
    const about = { stage: 'onBackpressureDrop', code: 'OVERFLOW', key: undefined, retryAfterMs: undefined, at: 3 };
    expect(rejected[0]).toEqual({ ...about, value: 1 });
    until(5003);
    expect(log.lines.filter(([, , , { event }]) => event === 'rejected')).toEqual([
      [
        3,
        'warn',
        expect.stringMatching(/onBackpressureDrop': rejected \(OVERFLOW\)$/),
        expect.objectContaining({ count: 1 }),
      ],
      [
        5003,
        'warn',
        expect.stringMatching(/998 times since the last such line$/),
        expect.objectContaining({ count: 998 }),
      ],
    ]);
    running.unsubscribe();
  });

  it('by a gateway: with the time after which it makes sense to come again', () => {
    const { scheduler, controller, rejected } = observed();
    const pushes = new Subject<string>();
    const shed = gateway<string>({ maxRequestsPerSecond: 10, burst: 1, capacity: 1, overflow: 'reject', scheduler });
    const { running } = see(pushes.pipe(shed, control(controller)));
    for (const value of ['passes', 'waits', 'is shed']) pushes.next(value);
    expect(rejected).toEqual([
      { stage: 'gateway', code: 'SHED', value: 'is shed', key: undefined, retryAfterMs: 100, at: 0 },
    ]);
    running.unsubscribe();
  });

  it('the oldest, with dropOldest', () => {
    const { controller, rejected } = observed();
    const pushes = new Subject<number>();
    const keeps = stage(() => NEVER, { capacity: 2, overflow: 'dropOldest', name: 'keeps' });
    const { running } = see(pushes.pipe(keeps, control(controller)));
    for (const n of numbers(4)) pushes.next(n);
    expect(rejected.map(({ value, code }) => [value, code])).toEqual([
      [1, 'OVERFLOW'],
      [2, 'OVERFLOW'],
    ]);
    running.unsubscribe();
  });

  it('by an egress without dead letters, with the key', async () => {
    const { controller, rejected } = observed();
    const call = asyncEgress<number, Promise<number>>({
      process: () => Promise.reject(new Error('no')),
      maxAttempts: 1,
      enableDeadLetterQueue: false,
    });
    see(fromPull([5]).pipe(keyGen({ keySelector: (n) => `k${n}` }), call, control(controller)));
    await microtasks();
    expect(rejected.map(({ stage: name, code, value, key }) => [name, code, value, key])).toEqual([
      ['asyncEgress', 'EXHAUSTED', 5, 'k5'],
    ]);
  });

  it('by an ingress whose buffer timeout rejects', () => {
    const { scheduler, controller, rejected, until } = observed();
    const slow = ingressProcessing<number>({
      preprocess: () => new Promise<number>(() => undefined),
      bufferTimeoutMs: 50,
      onBufferTimeout: 'reject',
      scheduler,
    });
    const { running } = see(fromPull([1, 2]).pipe(slow, control(controller)));
    until(50);
    expect(rejected.map(({ code, value, at }) => [code, value, at])).toEqual([['BUFFER_TIMEOUT', 2, 50]]);
    running.unsubscribe();
  });

  it('rejected$ completes at close', () => {
    const { controller } = observed();
    const { seen } = see(controller.rejected$);
    controller.close();
    expect(seen).toEqual(['|']);
  });
});

describe('what else is logged', () => {
  it('a dead letter: stage, code and reason, never the value', () => {
    const { log, controller } = observed();
    const save = stage<string, never>(
      () => {
        throw new Error('no such table');
      },
      { name: 'save', onFailure: 'deadLetter' },
    );
    see(fromPull(['secret']).pipe(save, control(controller)));
    expect(log.about('deadLettered')).toEqual([
      [
        'warn',
        `sluice: stage 'save': dead-lettered (FAILED): no such table`,
        { event: 'deadLettered', stage: 'save', code: 'FAILED', reason: 'no such table', attempts: 1, count: 1 },
      ],
    ]);
    expect(JSON.stringify(log.lines)).not.toContain('secret');
  });

  it('codes of one stage are kept apart, and a long reason is cut off', () => {
    const { log, controller } = observed();
    const check = ingressProcessing<number>({ validate: (n) => n > 1 });
    const save = stage<number, never>(
      () => {
        throw new Error('x'.repeat(5000));
      },
      { name: 'save', onFailure: 'deadLetter' },
    );
    see(fromPull([1, 2]).pipe(check, save, control(controller)));
    expect(log.about('deadLettered').map(([, , { code }]) => code)).toEqual(['INVALID', 'FAILED']);
    expect(String(log.about('deadLettered')[1]?.[1]).length).toBeLessThan(300);
  });

  it('a queue of dead letters that is full, and whether records wait or letters go', () => {
    for (const whenFull of ['block', 'dropOldest'] as const) {
      const { log, controller } = observed({ deadLetters: { maxSize: 2, whenFull } });
      const fails = stage<number, never>(
        () => {
          throw new Error('no');
        },
        { name: 'save', onFailure: 'deadLetter' },
      );
      const { running } = see(fromPull(numbers(9)).pipe(fails, control(controller)));
      const became = whenFull === 'block' ? 'blocked' : 'dropped';
      expect(log.about('deadLettersFull')[0]).toEqual([
        'warn',
        expect.stringContaining('the dead letters are full (2)'),
        expect.objectContaining({ became, stage: 'save' }),
      ]);
      running.unsubscribe();
    }
  });

  it('slow records of a gateway', () => {
    const { scheduler, log, controller, until } = observed();
    const work = new Subject<number>();
    const slow = gateway<number>({ slowProcessingThresholdMs: 100, scheduler });
    see(
      fromPull([1]).pipe(
        slow,
        stage(() => work, { name: 'work' }),
        control(controller),
      ),
    );
    until(250);
    work.complete();
    expect(log.about('slow')).toEqual([
      [
        'warn',
        `sluice: stage 'gateway': a record took 250 ms, more than 100`,
        expect.objectContaining({ tookMs: 250 }),
      ],
    ]);
  });

  it('acknowledgments that are late, double, or for nothing', () => {
    const { scheduler, log, controller, until } = observed();
    let acknowledge: WriteContext['acknowledge'] = () => undefined;
    const sink = finalSink<number>({
      destination: {
        name: 'hand',
        write: (_, context) => {
          acknowledge = context.acknowledge;
        },
      },
      acknowledgmentTimeoutMs: 10,
      scheduler,
    });
    const records = new Subject<number>();
    const { running } = see(records.pipe(sink, control(controller)));
    for (const n of [1, 2]) records.next(n);
    acknowledge({ id: 1, ok: true });
    acknowledge({ id: 1, ok: true });
    acknowledge({ id: 77, ok: true });
    until(10);
    acknowledge({ id: 2, ok: true });
    expect(log.about('strayAcknowledgment').map(([level, , { stray }]) => [level, stray])).toEqual([
      ['warn', 'double'],
      ['warn', 'unknown'],
      ['warn', 'late'],
    ]);
    running.unsubscribe();
  });

  it('work that goes on although it was given up', () => {
    const { scheduler, log, controller, until } = observed();
    const deaf = asyncEgress<number, Promise<number>>({
      process: () => new Promise<number>(() => undefined),
      operationTimeoutMs: 30,
      maxAttempts: 1,
      scheduler,
    });
    const { running } = see(concat(fromPull([1]), NEVER).pipe(deaf, control(controller)));
    until(129);
    expect(log.about('strayWork')).toEqual([]);
    until(130);
    expect(log.about('strayWork')).toEqual([
      ['warn', expect.stringContaining('work that was given up goes on, 1 of it now'), expect.anything()],
    ]);
    running.unsubscribe();
  });

  it('nothing of work that obeys its signal a moment later, as a fetch does', async () => {
    const { scheduler, log, controller, until } = observed();
    const obeys = asyncEgress<number, Promise<number>>({
      process: (_, { signal }) =>
        new Promise<number>((_resolve, reject) => {
          signal.addEventListener('abort', () => void Promise.resolve().then(reject));
        }),
      operationTimeoutMs: 30,
      maxAttempts: 1,
      scheduler,
    });
    const { running } = see(fromPull([1, 2, 3]).pipe(obeys, control(controller)));
    until(30);
    await Promise.resolve().then(() => undefined);
    until(2000);
    expect(log.about('strayWork')).toEqual([]);
    running.unsubscribe();
  });

  it('samples that did not come in time', () => {
    const { scheduler, log, controller } = observed();
    const { running } = see(fromPull([1]).pipe(waits(), control(controller)));
    scheduler.frame = 6001;
    // The look that should have come at 2000 comes only now.
    scheduler.actions[0]!.execute(undefined, 0);
    expect(log.about('stale')).toEqual([
      ['warn', `sluice: stage 'busy': no sample for 6001 ms: its state is unknown`, expect.anything()],
    ]);
    running.unsubscribe();
  });

  it('health when its word changes, and at debug level the throttle and the bottleneck: saturation is no warning', () => {
    const { log, controller, until } = observed();
    const { running } = see(fromPull(numbers(100)).pipe(waits(), control(controller)));
    until(2000);
    expect(log.about('health')).toEqual([
      [
        'info',
        'sluice: 🔴 CRITICAL PRESSURE: pressure 1.00, was healthy',
        expect.objectContaining({ health: 'critical' }),
      ],
    ]);
    expect(log.about('throttle').map(([level, , { delayMs }]) => [level, delayMs])).toEqual([['debug', 100]]);
    expect(log.about('bottleneck').map(([level, , { stage: name }]) => [level, name])).toEqual([['debug', 'busy']]);
    expect(log.lines.some(([, level]) => level === 'warn' || level === 'error')).toBe(false);
    running.unsubscribe();
    until(9000);
    controller.close();
    expect(log.about('health').at(-1)).toEqual(['info', expect.stringContaining('✅ HEALTHY'), expect.anything()]);
  });

  it('overload is no flood: 100,000 letters are two lines of ten seconds', () => {
    const { log, controller, until } = observed({ deadLetters: { whenFull: 'dropOldest', maxSize: 10 } });
    const pushes = new Subject<number>();
    const fails = stage<number, never>(
      () => {
        throw new Error('no');
      },
      { name: 'save', onFailure: 'deadLetter' },
    );
    const { running } = see(pushes.pipe(fails, control(controller)));
    for (let frame = 0; frame < 10_000; frame += 10) {
      until(frame);
      for (let n = 0; n < 100; n++) pushes.next(n);
    }
    running.unsubscribe();
    const counts = log.about('deadLettered').map(([, , { count }]) => Number(count));
    expect(counts).toHaveLength(3);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(100_000);
  });

  it('nothing keeps a timer when the last stage has left, and close says the rest', () => {
    const { scheduler, log, controller } = observed();
    const fails = () =>
      stage<number, never>(
        () => {
          throw new Error('no');
        },
        { name: 'save', onFailure: 'deadLetter' },
      );
    for (let n = 0; n < 50; n++) see(fromPull(numbers(4)).pipe(fails(), control(controller)));
    expect(scheduler.actions).toEqual([]);
    controller.close();
    const counts = log.about('deadLettered').map(([, , { count }]) => Number(count));
    expect(counts.length).toBeLessThanOrEqual(3);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(200);
  });
});
