import { describe, expect, it } from '@jest/globals';
import { map, VirtualTimeScheduler, type OperatorFunction } from 'rxjs';
import { DEAD_LETTER_OPTIONS, REDRIVE_OPTIONS } from '../../lib/control/deadLetterOptions.js';
import {
  DeadLetterQueue,
  type DeadLetterQueueOptions,
  type RedriveOptions,
} from '../../lib/control/DeadLetterQueue.js';
import { PipelineBackPressureController } from '../../lib/control/PipelineBackPressureController.js';
import { control } from '../../lib/operators/control.js';
import { stage } from '../../lib/operators/stage.js';
import type { DeadLetter } from '../../lib/records/DeadLetter.js';
import { run } from '../../lib/sinks/run.js';
import { handFed } from '../../lib/testing/HandFed.js';
import { codeIn, messageIn } from '../credit/support/errors.js';
import { everyOption } from '../options/everyOption.js';
import { see } from '../operators/support/seen.js';
import { Works } from '../operators/support/Works.js';

/** A hand-fed source, a link, and a stage that fails for as long as it is told to. */
function scene(options: { maxSize?: number; maxRedrives?: number } = {}) {
  const controller = new PipelineBackPressureController({
    deadLetters: options,
    scheduler: new VirtualTimeScheduler(),
    logger: 'off',
  });
  const source = handFed<number>();
  const linked: number[] = [];
  const begun: number[] = [];
  const service = { isDown: true };
  const link: OperatorFunction<number, number> = map((n) => {
    linked.push(n);
    return n * 10;
  });
  const save = stage(
    (n: number) => {
      begun.push(n);
      if (service.isDown) throw new Error('down');
      return n;
    },
    { capacity: 4, onFailure: 'deadLetter' },
  );
  const flow = source.pipe(link, save, control(controller));
  return { controller, letters: controller.deadLetters, source, linked, begun, service, flow };
}

describe('redrive', () => {
  it('sends records in as they entered, through the links again, and counts it in their next letter', async () => {
    const { letters, source, linked, begun, service, flow } = scene();
    const over = run(flow);
    source.send(1, 2, 3);
    expect(await letters.redrive()).toBe(3);
    expect([linked, begun]).toEqual([
      [1, 2, 3, 1, 2, 3],
      [10, 20, 30, 10, 20, 30],
    ]);
    expect(letters.summary()).toEqual({ stage: { FAILED: 3 } });
    service.isDown = false;
    expect(await letters.redrive({ filter: ({ origin }) => origin !== 2 })).toBe(2);
    expect(letters.drain()).toMatchObject([{ value: 20, origin: 2, redrives: 1, code: 'FAILED', attempts: 1 }]);
    expect(letters.redriven).toBe(5);
    source.complete();
    expect(await over).toMatchObject({ in: 8, delivered: 2, deadLettered: 6, inFlight: 0 });
  });

  it('comes before what is new, and under the same credit', async () => {
    const controller = new PipelineBackPressureController({ scheduler: new VirtualTimeScheduler(), logger: 'off' });
    const source = handFed<string>();
    const works = new Works<string>();
    const save = stage(works.start, { capacity: 2, concurrency: 1, onFailure: 'deadLetter' });
    const { running } = see(source.pipe(save, control(controller)));
    source.send('a', 'b', 'c', 'd', 'e');
    await works.fail('a', new Error('no'));
    expect([works.begun, controller.deadLetters.size, source.waiting]).toEqual([['a', 'b'], 1, 2]);
    expect(await controller.deadLetters.redrive()).toBe(1);
    expect(controller.getPipelineStatus().stageStatuses['stage']?.inFlight).toBeLessThanOrEqual(2);
    expect(source.waiting).toBe(2);
    for (const done of ['b', 'c', 'a', 'd', 'e']) await works.finish(done, done);
    expect(works.begun).toEqual(['a', 'b', 'c', 'a', 'd', 'e']);
    running.unsubscribe();
  });

  it('makes room in a full queue first, and takes in what waited for it', async () => {
    const { letters, source, begun, service, flow } = scene({ maxSize: 2 });
    const { running } = see(flow);
    source.send(1, 2, 3, 4, 5, 6);
    expect([begun.length, letters.size]).toEqual([6, 2]);
    service.isDown = false;
    expect(await letters.redrive()).toBe(2);
    expect(letters.size).toBe(2);
    expect(await letters.redrive()).toBe(2);
    expect(await letters.redrive()).toBe(2);
    expect([letters.size, letters.dropped, begun]).toEqual([0, 0, [10, 20, 30, 40, 50, 60, 10, 20, 30, 40, 50, 60]]);
    running.unsubscribe();
  });

  it('a poison record goes in maxRedrives times, and then stays', async () => {
    const { letters, source, begun, flow } = scene({ maxRedrives: 2 });
    const { running } = see(flow);
    source.send(7);
    const sent = [await letters.redrive(), await letters.redrive(), await letters.redrive(), await letters.redrive()];
    expect([sent, begun, letters.size]).toEqual([[1, 1, 0, 0], [70, 70, 70], 1]);
    expect(letters.drain()).toMatchObject([{ origin: 7, redrives: 2 }]);
    running.unsubscribe();
  });

  it.each(['completed', 'unsubscribed'])(
    'rejects with PIPELINE_CLOSED when the pipeline is %s, and keeps the letters',
    async (how) => {
      const { letters, source, flow } = scene();
      const { running } = see(flow);
      source.send(1, 2);
      if (how === 'completed') source.complete();
      else running.unsubscribe();
      const error = await letters.redrive().catch((reason: unknown) => reason);
      expect([codeIn(error), messageIn(error), letters.size]).toEqual([
        'PIPELINE_CLOSED',
        expect.stringContaining('2 letters'),
        2,
      ]);
    },
  );

  it('what has gone in and has not been taken in when the pipeline is unsubscribed is in the queue again', async () => {
    const controller = new PipelineBackPressureController({ scheduler: new VirtualTimeScheduler(), logger: 'off' });
    const source = handFed<string>();
    const works = new Works<string>();
    const save = stage(works.start, { capacity: 1, concurrency: 1, onFailure: 'deadLetter' });
    const { running } = see(source.pipe(save, control(controller)));
    source.send('a', 'b');
    await works.fail('a', new Error('no'));
    await controller.deadLetters.redrive();
    running.unsubscribe();
    expect(works.begun).toEqual(['a', 'b']);
    expect(controller.deadLetters.drain().map(({ origin }) => origin)).toEqual(['a']);
    expect(controller.deadLetters.redriven).toBe(0);
  });

  it('a source that completes meanwhile waits for them', async () => {
    const { letters, source, service, flow } = scene();
    const works: unknown[] = [];
    const over = run(flow);
    source.send(1, 2);
    service.isDown = false;
    const sent = letters.redrive();
    source.complete();
    expect([await sent, works]).toEqual([2, []]);
    expect(await over).toMatchObject({ in: 4, delivered: 2, deadLettered: 2 });
  });

  it('a filter that throws rejects, and no letter is lost', async () => {
    const { letters, source, flow } = scene();
    const { running } = see(flow);
    source.send(1, 2, 3);
    const cause = new Error('no');
    const filter = ({ origin }: DeadLetter) => {
      if (origin === 2) throw cause;
      return false;
    };
    expect(await letters.redrive({ filter }).catch((reason: unknown) => reason)).toBe(cause);
    expect(letters.drain().map(({ origin }) => origin)).toEqual([1, 2, 3]);
    running.unsubscribe();
  });

  it.each([
    [{ ratePerSecond: 0 }, 'ratePerSecond is 0'],
    [{ ratePerSecond: NaN }, 'ratePerSecond is NaN'],
    [{ max: -1 }, 'max is -1'],
    [{ max: 1.5 }, 'max is 1.5'],
    [{ filter: 'all' }, 'filter is "all"'],
    [{ rate: 5 }, "no option 'rate'"],
  ])('refuses %j, naming the option', async (options, text) => {
    const error = await new DeadLetterQueue().redrive(options as RedriveOptions).catch((reason: unknown) => reason);
    expect([codeIn(error), messageIn(error)]).toEqual(['OPTION', expect.stringContaining(text)]);
  });
});

/** How many of ten letters go in at once, and which. */
function sentAtOnce(options: RedriveOptions): unknown[] {
  const queue = new DeadLetterQueue({ scheduler: new VirtualTimeScheduler() });
  const sent: unknown[] = [];
  for (let origin = 0; origin < 10; origin++) {
    const letter = { origin, redrives: 0, stage: 'save', code: 'FAILED' } as DeadLetter;
    queue.offer(
      letter,
      () => sent.push(origin) > 0,
      () => undefined,
    );
  }
  void queue.redrive(options);
  return sent;
}

everyOption('redrive', REDRIVE_OPTIONS, {
  filter: {
    does: 'chooses the letters',
    test: () => expect(sentAtOnce({ filter: ({ origin }) => origin === 4 })).toEqual([4]),
  },
  max: {
    does: 'no more go in',
    test: () => expect([sentAtOnce({}).length, sentAtOnce({ max: 3 })]).toEqual([10, [0, 1, 2]]),
  },
  ratePerSecond: {
    does: 'the rest waits',
    test: () => expect(sentAtOnce({ ratePerSecond: 100 })).toEqual([0]),
  },
});

/** What becomes of three letters, and when the second of two redriven ones goes in. */
function kept(options: DeadLetterQueueOptions) {
  const queue = new DeadLetterQueue(options);
  const offer = (origin: number, redrives = 0) =>
    queue.offer(
      { origin, redrives, stage: 'save', code: 'FAILED' } as DeadLetter,
      () => true,
      () => undefined,
    );
  return { queue, offer };
}

everyOption('DeadLetterQueue', DEAD_LETTER_OPTIONS, {
  maxSize: {
    does: 'no more are kept',
    test: () => {
      const { offer } = kept({ maxSize: 2 });
      expect([offer(1), offer(2), offer(3), kept({}).queue.maxSize]).toEqual([true, true, false, 10_000]);
    },
  },
  whenFull: {
    does: 'says what happens to a letter too many',
    test: () => {
      const { offer, queue } = kept({ maxSize: 1, whenFull: 'dropOldest' });
      expect([offer(1), offer(2), queue.dropped, queue.size]).toEqual([true, true, 1, 1]);
    },
  },
  maxRedrives: {
    does: 'a record that went in as often stays',
    test: async () => {
      const sent = async (options: DeadLetterQueueOptions) => {
        const { offer, queue } = kept(options);
        for (const redrives of [0, 1, 2, 3]) offer(redrives, redrives);
        return queue.redrive();
      };
      expect([await sent({}), await sent({ maxRedrives: 0 }), await sent({ maxRedrives: 1 })]).toEqual([3, 0, 1]);
    },
  },
  scheduler: {
    does: 'the pace of a redrive comes from it',
    test: () => {
      const scheduler = new VirtualTimeScheduler();
      const { offer, queue } = kept({ scheduler });
      offer(1);
      offer(2);
      void queue.redrive({ ratePerSecond: 1 });
      expect([queue.size, scheduler.actions.length]).toEqual([1, 1]);
      scheduler.flush();
      expect([queue.size, scheduler.frame]).toEqual([0, 1000]);
    },
  },
});

describe('the options of the queue', () => {
  it.each([
    [{ maxSize: 0 }, 'maxSize is 0'],
    [{ whenFull: 'drop' }, 'whenFull is "drop"'],
    [{ maxRedrives: -1 }, 'maxRedrives is -1'],
    [{ size: 5 }, "no option 'size'"],
  ])('refuses %j, naming the option', (options, text) => {
    expect(() => new DeadLetterQueue(options as never)).toThrow(text);
  });
});

describe('records$', () => {
  it('tells of each letter as it is taken in, and of no other', () => {
    const { letters, source, flow } = scene({ maxSize: 1 });
    const told: unknown[] = [];
    letters.records$.subscribe(({ origin }) => told.push(origin));
    const { running } = see(flow);
    source.send(1, 2);
    expect(told).toEqual([1]);
    letters.drain();
    expect(told).toEqual([1, 2]);
    running.unsubscribe();
  });
});
