import { describe, expect, it, jest } from '@jest/globals';
import { concatMap, map, merge, repeat, VirtualTimeScheduler } from 'rxjs';
import { DeadLetterQueue } from '../../lib/control/DeadLetterQueue.js';
import { PipelineBackPressureController } from '../../lib/control/PipelineBackPressureController.js';
import { batch } from '../../lib/operators/batch.js';
import { control } from '../../lib/operators/control.js';
import { stage } from '../../lib/operators/stage.js';
import type { DeadLetter } from '../../lib/records/DeadLetter.js';
import { run, type RunError } from '../../lib/sinks/run.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { handFed } from '../../lib/testing/HandFed.js';
import { codeIn } from '../credit/support/errors.js';
import { numbers, see } from '../operators/support/seen.js';

const letter = (origin: number, more: Partial<DeadLetter> = {}): DeadLetter => ({
  value: origin,
  origin,
  key: undefined,
  stage: 'save',
  code: 'FAILED',
  attempts: 1,
  redrives: 0,
  errors: [],
  firstAt: 0,
  lastAt: 0,
  ...more,
});

describe('a queue of dead letters', () => {
  it('sums up by stage and code, shows the newest, and drains in order', () => {
    const queue = new DeadLetterQueue();
    for (const n of numbers(3))
      queue.offer(
        letter(n, n === 1 ? { code: 'INVALID' } : {}),
        () => true,
        () => undefined,
      );
    expect(queue.summary()).toEqual({ save: { FAILED: 2, INVALID: 1 } });
    expect(queue.newest(2).map(({ origin }) => origin)).toEqual([2, 1]);
    expect(queue.newest(9)).toHaveLength(3);
    expect(queue.newest(0)).toEqual([]);
    expect(queue.drain().map(({ origin }) => origin)).toEqual([0, 1, 2]);
    expect(queue.size).toBe(0);
  });

  it('full: blocks until there is room, drops the oldest and counts it, or spills', () => {
    const blocked = new DeadLetterQueue({ maxSize: 1 });
    let woken = 0;
    const offer = (queue: DeadLetterQueue, n: number) =>
      queue.offer(
        letter(n),
        () => true,
        () => void woken++,
      );
    expect([offer(blocked, 1), offer(blocked, 2)]).toEqual([true, false]);
    blocked.drain();
    expect(woken).toBe(1);
    const dropping = new DeadLetterQueue({ maxSize: 1, whenFull: 'dropOldest' });
    expect([offer(dropping, 1), offer(dropping, 2)]).toEqual([true, true]);
    expect([dropping.dropped, dropping.drain()[0]?.origin]).toEqual([1, 2]);
    const spilled: unknown[] = [];
    const spilling = new DeadLetterQueue({
      maxSize: 1,
      whenFull: { spill: ({ origin }) => void spilled.push(origin) },
    });
    expect([offer(spilling, 1), offer(spilling, 2), spilled, spilling.spilled]).toEqual([true, true, [2], 1]);
  });

  it('redrive: chosen records go in again, no poison record more often than maxRedrives', async () => {
    const queue = new DeadLetterQueue({ maxRedrives: 2 });
    const sent: unknown[] = [];
    const reentry = ({ origin }: DeadLetter) => sent.push(origin) > 0;
    for (const redrives of [0, 1, 2]) queue.offer(letter(redrives, { redrives }), reentry, () => undefined);
    expect(await queue.redrive({ filter: ({ origin }) => origin !== 0 })).toBe(1);
    expect([sent, queue.size, queue.redriven]).toEqual([[1], 2, 1]);
    expect(await queue.redrive({ max: 1 })).toBe(1);
    expect(await queue.redrive()).toBe(0);
  });

  it('redrive with a rate keeps it, to the frame', () => {
    const scheduler = new VirtualTimeScheduler();
    const queue = new DeadLetterQueue({ scheduler });
    const at: number[] = [];
    for (const n of numbers(3))
      queue.offer(
        letter(n),
        () => at.push(scheduler.frame) > 0,
        () => undefined,
      );
    void queue.redrive({ ratePerSecond: 100 });
    scheduler.flush();
    expect(at).toEqual([0, 10, 20]);
  });

  it('redrive into a pipeline that is over rejects with PIPELINE_CLOSED, and the letter stays', async () => {
    const queue = new DeadLetterQueue();
    queue.offer(
      letter(1),
      () => false,
      () => undefined,
    );
    expect(codeIn(await queue.redrive().catch((error: unknown) => error))).toBe('PIPELINE_CLOSED');
    expect(queue.size).toBe(1);
  });
});

const failing = (): never => {
  throw new Error('no');
};

/** A stage that fails until the test says otherwise, under a controller. */
function scene() {
  const controller = new PipelineBackPressureController({ scheduler: new VirtualTimeScheduler() });
  const done: string[] = [];
  let isUp = false;
  const call = stage((row: string) => (isUp ? done.push(row) : failing()), { onFailure: 'deadLetter' });
  const recover = () => {
    isUp = true;
  };
  return { controller, deadLetters: controller.deadLetters, call, done, recover };
}

describe('dead letters under a controller', () => {
  it('a full queue holds the records in their stage, and the source stops', () => {
    const controller = new PipelineBackPressureController({
      deadLetters: { maxSize: 3 },
      scheduler: new VirtualTimeScheduler(),
    });
    let pulled = 0;
    function* endless() {
      for (;;) yield pulled++;
    }
    const fails = stage<number, never>(
      () => {
        throw new Error('no');
      },
      { onFailure: 'deadLetter', capacity: 8 },
    );
    const { running } = see(fromPull(endless()).pipe(fails, control(controller)));
    expect([pulled, controller.deadLetters.size]).toEqual([8, 3]);
    controller.deadLetters.drain();
    expect([pulled, controller.deadLetters.size]).toEqual([14, 3]);
    running.unsubscribe();
  });

  it('full and failing: the stream fails with what the queue threw, and every record has an outcome', async () => {
    const spill = () => {
      throw new Error('disk full');
    };
    for (const answer of [failing, async () => failing()]) {
      const controller = new PipelineBackPressureController({ deadLetters: { maxSize: 1, whenFull: { spill } } });
      const call = stage<number, unknown>(answer, { onFailure: 'deadLetter', concurrency: 2 });
      const error: unknown = await run(fromPull(numbers(9)).pipe(call, control(controller))).catch(
        (reason: unknown) => reason,
      );
      const { report, cause } = error as RunError;
      expect(cause).toMatchObject({ message: 'disk full' });
      expect(report).toMatchObject({ deadLettered: 1, inFlight: 0, cancelled: report.in - 1 });
      expect([controller.deadLetters.size, controller.deadLetters.spilled]).toEqual([1, 0]);
    }
  });

  it('one that fails when there is room again fails the stream too', async () => {
    const queue = new PipelineBackPressureController({ deadLetters: { maxSize: 1 } });
    const { seen } = see(
      fromPull(numbers(3)).pipe(stage(failing, { onFailure: 'deadLetter', capacity: 4 }), control(queue)),
    );
    jest.spyOn(queue.deadLetters, 'offer').mockImplementation(failing);
    queue.deadLetters.drain();
    expect(seen).toEqual([{ error: new Error('no') }]);
    await Promise.resolve();
  });

  it('dropOldest: the pipeline goes on, and letters and outcomes add up', async () => {
    const controller = new PipelineBackPressureController({ deadLetters: { maxSize: 3, whenFull: 'dropOldest' } });
    const call = stage<number, number>(failing, { onFailure: 'deadLetter' });
    const report = await run(fromPull(numbers(10)).pipe(call, control(controller)));
    expect(report).toMatchObject({ in: 10, deadLettered: 10, inFlight: 0 });
    const { size, dropped } = controller.deadLetters;
    expect([size, dropped]).toEqual([3, 7]);
    expect(controller.deadLetters.drain().map(({ origin }) => origin)).toEqual([7, 8, 9]);
  });

  it('a record goes in again at the source it came from, and at no other', async () => {
    const { deadLetters, ...watch } = scene();
    const [csv, json] = [handFed<string>(), handFed<string>()];
    const rows = merge(csv.pipe(map((row) => `csv ${row}`)), json.pipe(map((row) => `json ${row}`)));
    const report = run(rows.pipe(watch.call, control(watch.controller)));
    csv.send('1');
    json.send('2');
    watch.recover();
    expect(await deadLetters.redrive({ filter: ({ origin }) => origin === '2' })).toBe(1);
    expect(watch.done).toEqual(['json 2']);
    csv.complete();
    expect(codeIn(await deadLetters.redrive().catch((error: unknown) => error))).toBe('PIPELINE_CLOSED');
    expect([watch.done, deadLetters.size]).toEqual([['json 2'], 1]);
    json.complete();
    expect(await report).toMatchObject({ in: 3, deadLettered: 2, delivered: 1 });
  });

  it('nor at a flow that was opened for another record', async () => {
    const { deadLetters, ...watch } = scene();
    const [files, rows] = [handFed<string>(), handFed<string>()];
    const flow = files.pipe(concatMap((file) => rows.pipe(map((row) => `${file} ${row}`))));
    const report = run(flow.pipe(watch.call, control(watch.controller)));
    files.send('a');
    files.complete();
    rows.send('1');
    watch.recover();
    expect(codeIn(await deadLetters.redrive().catch((error: unknown) => error))).toBe('PIPELINE_CLOSED');
    rows.complete();
    expect(await report).toMatchObject({ in: 1, deadLettered: 1 });
    expect(watch.done).toEqual([]);
  });

  it('where the source was subscribed again, at that subscription', async () => {
    const { deadLetters, ...watch } = scene();
    const source = handFed<string>();
    const report = run(source.pipe(repeat(2)).pipe(watch.call, control(watch.controller)));
    source.send('1');
    source.complete();
    watch.recover();
    expect(await deadLetters.redrive()).toBe(1);
    expect(watch.done).toEqual(['1']);
    source.complete();
    expect(await report).toMatchObject({ in: 2, deadLettered: 1, delivered: 1 });
  });

  it('a batch: each of its records goes in again', async () => {
    const { deadLetters, ...watch } = scene();
    const source = handFed<string>();
    const report = run(
      source.pipe(
        batch({ maxSize: 2 }),
        map((all) => all.join('+')),
        watch.call,
        control(watch.controller),
      ),
    );
    source.send('1', '2');
    watch.recover();
    expect(await deadLetters.redrive()).toBe(1);
    expect(watch.done).toEqual(['1+2']);
    source.complete();
    expect(await report).toMatchObject({ in: 4, deadLettered: 2, delivered: 2 });
  });

  it('redriven records pass the links again, before new ones, and are counted', async () => {
    const controller = new PipelineBackPressureController({ scheduler: new VirtualTimeScheduler() });
    let up = false;
    async function* rows() {
      yield* numbers(6);
      await new Promise((later) => setTimeout(later, 1));
      up = true;
      await controller.deadLetters.redrive();
    }
    const save = stage(
      (n: number) => {
        if (!up && n % 2 === 1) throw new Error('down');
        return n;
      },
      { onFailure: 'deadLetter' },
    );
    const report = await run(fromPull(rows).pipe(save, control(controller)));
    expect(report).toMatchObject({ in: 9, delivered: 6, deadLettered: 3 });
    expect(controller.deadLetters.size).toBe(0);
  });
});
