import { describe, expect, it } from '@jest/globals';
import { PassThrough, Writable } from 'node:stream';
import { concat, retry, throwError, type Observable } from 'rxjs';
import {
  writableDestination,
  WRITABLE_DESTINATION_OPTIONS,
  type WritableDestinationOptions,
} from '../../lib/node/writableDestination.js';
import { run, type RunError, type RunReport } from '../../lib/sinks/run.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { handFed } from '../../lib/testing/HandFed.js';
import { finalSink, type FinalSinkOptions } from '../../lib/stages/finalSink.js';
import { codeIn, messageIn, thrownBy } from '../credit/support/errors.js';
import { collectUnhandled } from '../credit/support/unhandled.js';
import { turn } from '../credit/support/waiting.js';
import { numbers } from '../operators/support/seen.js';
import { everyOption } from '../options/everyOption.js';

const unhandled = collectUnhandled();

/** A Writable whose writes the test confirms by hand; what it is given while it wants nothing is counted. */
class HandWritable extends Writable {
  readonly taken: unknown[] = [];
  unwanted = 0;
  private confirm: ((error?: Error | null) => void) | null = null;

  constructor(highWaterMark: number) {
    super({ objectMode: true, highWaterMark });
    this.on('error', () => undefined);
    const { write } = this;
    this.write = ((...given: Parameters<typeof write>) => {
      if (this.writableNeedDrain) this.unwanted++;
      return write.apply(this, given);
    }) as typeof write;
  }

  override _write(value: unknown, _: unknown, done: (error?: Error | null) => void): void {
    this.taken.push(value);
    this.confirm = done;
  }

  async answer(error?: Error): Promise<void> {
    const { confirm } = this;
    this.confirm = null;
    confirm?.(error);
    await turn(0);
  }
}

const sinkOf = <T>(
  flow: Observable<T>,
  writable: Writable | (() => Writable),
  more: Partial<FinalSinkOptions<T>> = {},
) => flow.pipe(finalSink<T>({ destination: writableDestination<T>(writable), onDeadLetter: () => undefined, ...more }));

/** Why a run fails, and its report. */
const failureOfRun = async (flow: Observable<unknown>): Promise<RunError> => {
  try {
    await run(flow);
  } catch (error) {
    return error as RunError;
  }
  throw new Error('the run did not fail');
};

const countOf = ({ in: entered, delivered, deadLettered, cancelled }: RunReport) => ({
  entered,
  delivered,
  deadLettered,
  cancelled,
});

describe('writableDestination', () => {
  it('writes every record in order, acknowledges it when it is written, and ends the Writable', async () => {
    const writable = new HandWritable(4);
    const delivered: number[] = [];
    let completed = false;
    sinkOf(fromPull([1, 2, 3]), writable).subscribe({
      next: (n) => delivered.push(n),
      complete: () => (completed = true),
    });
    const seen: unknown[] = [];
    for (let n = 0; n < 3; n++) {
      seen.push([...delivered]);
      await writable.answer();
    }
    await turn();
    expect([seen, delivered]).toEqual([
      [[], [1], [1, 2]],
      [1, 2, 3],
    ]);
    expect([writable.taken, writable.writableFinished, completed]).toEqual([[1, 2, 3], true, true]);
  });

  it.each([1, 2, 5])('C1: writes nothing while the Writable wants nothing, highWaterMark %i', async (highWaterMark) => {
    for (const batch of [undefined, { maxSize: 7 }]) {
      const writable = new HandWritable(highWaterMark);
      const report = run(sinkOf(fromPull(numbers(20)), writable, { batch, maxPendingAcknowledgments: 10 }));
      while (writable.taken.length < 20) {
        expect(writable.writableLength).toBeLessThanOrEqual(highWaterMark);
        await writable.answer();
      }
      await writable.answer();
      expect([countOf(await report), writable.taken, writable.unwanted]).toEqual([
        { entered: 20, delivered: 20, deadLettered: 0, cancelled: 0 },
        numbers(20),
        0,
      ]);
    }
  });

  it('C1: the source is asked for as much as the sink may hold, and no more, while the Writable is full', async () => {
    let pulled = 0;
    function* endless() {
      for (;;) yield pulled++;
    }
    const writable = new HandWritable(1);
    const flow = sinkOf(fromPull(endless()), writable, { capacity: 6, maxPendingAcknowledgments: 3 });
    const running = flow.subscribe();
    await turn();
    expect([pulled, writable.taken]).toEqual([6, [0]]);
    running.unsubscribe();
  });

  it('a record that the Writable does not take is refused, and only that one', async () => {
    const writable = new PassThrough();
    writable.resume();
    const report = await run(sinkOf(fromPull<unknown>(['a', null, 7, { row: 1 }, 'b']), writable));
    expect(countOf(report)).toEqual({ entered: 5, delivered: 2, deadLettered: 3, cancelled: 0 });
    expect(report.deadLetters.map(({ code, attempts }) => [code, attempts])).toEqual([
      ['NACK', 1],
      ['NACK', 1],
      ['NACK', 1],
    ]);
  });

  it('when the Writable fails, the pipeline fails, and what was not written is cancelled', async () => {
    const writable = new HandWritable(2);
    const work = failureOfRun(sinkOf(fromPull(numbers(6)), writable, { attempts: 3, capacity: 3 }));
    await writable.answer();
    await writable.answer(new Error('disk full'));
    const { report, cause } = await work;
    expect(countOf(report)).toEqual({ entered: 4, delivered: 1, deadLettered: 0, cancelled: 3 });
    expect([codeIn(cause), messageIn(cause)]).toEqual(['DESTINATION', expect.stringContaining('disk full')]);
    expect([writable.taken, writable.destroyed]).toEqual([[0, 1], true]);
  });

  it.each([
    ['destroyed', (writable: Writable) => void writable.destroy(), 'Premature close'],
    ['ended', (writable: Writable) => void writable.end(), 'by somebody else'],
  ])('one that somebody else has %s meanwhile fails the pipeline, and stops its source', async (_, end, message) => {
    const writable = new PassThrough({ objectMode: true });
    writable.resume();
    let pulled = 0;
    const rows = (async function* () {
      for (;;) {
        await turn();
        if (++pulled === 3) end(writable);
        yield pulled;
      }
    })();
    const { cause, report } = await failureOfRun(sinkOf(fromPull(rows), writable));
    expect([codeIn(cause), messageIn(cause)]).toEqual(['DESTINATION', expect.stringContaining(message)]);
    expect([report.delivered, report.deadLettered]).toEqual([2, 0]);
    await turn(10);
    expect(pulled).toBeLessThan(6);
  });

  it('one that closes while nothing is written stops a source that waits', async () => {
    const source = handFed<number>();
    const writable = new PassThrough({ objectMode: true });
    const work = failureOfRun(sinkOf(source, writable));
    writable.destroy();
    expect([codeIn((await work).cause), source.subscribed]).toEqual(['DESTINATION', false]);
  });

  it('one that never answers what it was given, and closes, has it cancelled', async () => {
    const silent = new Writable({ write: () => undefined, objectMode: true });
    const work = failureOfRun(sinkOf(fromPull([1, 2]), silent));
    await turn();
    silent.destroy();
    expect(countOf((await work).report)).toMatchObject({ entered: 2, cancelled: 2 });
  });

  it('C9: cancelled, it is destroyed and not ended, so that half of it does not look whole', async () => {
    const writable = new HandWritable(4);
    const running = sinkOf(fromPull(numbers(9)), writable).subscribe();
    await turn();
    running.unsubscribe();
    await turn();
    expect([writable.destroyed, writable.writableEnded, writable.taken]).toEqual([true, false, [0]]);
    expect(unhandled).toEqual([]);
  });

  it('where the source fails, it is destroyed behind the records before', async () => {
    const writable = new HandWritable(1);
    const flow = concat(
      fromPull([1, 2]),
      throwError(() => new Error('no')),
    );
    const work = failureOfRun(sinkOf(flow, writable));
    for (let n = 0; n < 3; n++) await writable.answer();
    const { report, cause } = await work;
    expect([countOf(report).delivered, messageIn(cause)]).toEqual([2, 'no']);
    expect([writable.destroyed, writable.writableEnded, writable.taken]).toEqual([true, false, [1, 2]]);
  });

  it('what nobody waits for any more is not written when the Writable drains', async () => {
    const writable = new HandWritable(1);
    const written = new Set<unknown>();
    const options = { acknowledgmentTimeoutMs: 5, onDeadLetter: ({ value }: { value: unknown }) => written.add(value) };
    sinkOf(fromPull([1, 2, 3]), writable, options).subscribe({ error: () => undefined });
    await turn(20);
    expect(written).toEqual(new Set([1, 2, 3]));
    await writable.answer();
    await turn();
    expect(writable.taken).toEqual([1]);
  });

  it.each<[string, () => Writable, string]>([
    ['destroyed', () => new PassThrough().destroy(), 'the Writable is destroyed'],
    ['ended', () => new PassThrough().end(), 'the Writable is ended'],
    ['failed', () => new PassThrough().on('error', () => undefined).destroy(new Error('disk')), 'disk'],
  ])(
    'one that is %s when the pipeline starts fails it with DESTINATION, and nothing is lost',
    async (_, make, said) => {
      const { cause, report } = await failureOfRun(sinkOf(fromPull(['a']), make()));
      expect([codeIn(cause), messageIn(cause)]).toEqual(['DESTINATION', expect.stringContaining(said)]);
      expect(report.delivered).toBe(0);
    },
  );

  it('a function makes a new one for each attempt; a Writable itself serves one', async () => {
    const made: HandWritable[] = [];
    let failures = 0;
    const once = concat(
      fromPull([1]),
      fromPull(() => (failures++ === 0 ? failing() : [2])),
    );
    const anew = () => {
      const writable = new HandWritable(1);
      made.push(writable);
      return writable;
    };
    const work = run(sinkOf(once, anew).pipe(retry(1)));
    for (let n = 0; n < 8; n++) for (const writable of made) await writable.answer();
    await work;
    expect(made.map(({ taken, writableFinished }) => [taken, writableFinished])).toEqual([
      [[1], false],
      [[1, 2], true],
    ]);
    failures = 0;
    const single = new PassThrough({ objectMode: true }).resume();
    const { cause } = await failureOfRun(sinkOf(once, single).pipe(retry(1)));
    expect(messageIn(cause)).toContain('a function that makes a new one for each subscription');
  });

  it('refuses a second pipeline at the same time', async () => {
    const destination = writableDestination<number>(() => new HandWritable(1));
    const sink = finalSink<number>({ destination, onDeadLetter: () => undefined });
    const first = fromPull([1]).pipe(sink).subscribe();
    const { cause } = await failureOfRun(fromPull([1]).pipe(finalSink({ destination })));
    expect(messageIn(cause)).toContain('a destination of its own');
    first.unsubscribe();
  });

  it('a function that makes no Writable fails the pipeline', async () => {
    const { cause } = await failureOfRun(sinkOf(fromPull([1]), (() => 7) as never));
    expect(messageIn(cause)).toContain('the function made 7; return a Node Writable');
  });

  it.each([undefined, null, 1, {}, 'out.csv', new ReadableStream()])('is given a Writable, and not %p', (writable) => {
    const error = thrownBy(() => writableDestination(writable as never));
    expect(codeIn(error)).toBe('OPTION');
    expect(messageIn(error)).toMatch(/^writableDestination: writable is .*; give a Node Writable/);
  });
});

function* failing(): Generator<number> {
  throw new Error('once');
}

everyOption('writableDestination', WRITABLE_DESTINATION_OPTIONS, {
  end: {
    does: 'with false, the Writable is left open and free of listeners, whatever becomes of the stream',
    test: async () => {
      const after = async (options: WritableDestinationOptions, cancel: boolean) => {
        const writable = new PassThrough({ objectMode: true }).resume();
        const listeners = () => writable.eventNames().reduce((sum, name) => sum + writable.listenerCount(name), 0);
        const before = listeners();
        const flow = fromPull([1, 2]).pipe(
          finalSink({ destination: writableDestination<number>(writable, options), onDeadLetter: () => undefined }),
        );
        if (cancel) flow.subscribe().unsubscribe();
        else await run(flow);
        const added = listeners() - before;
        await turn();
        return [writable.writableEnded || writable.destroyed, added];
      };
      expect([await after({ end: false }, false), await after({ end: false }, true)]).toEqual([
        [false, 0],
        [false, 0],
      ]);
      expect((await after({}, false))[0]).toBe(true);
      expect((await after({}, true))[0]).toBe(true);
    },
  },
  name: {
    does: 'is the name in errors',
    test: async () => {
      const nameOf = async (options: WritableDestinationOptions) => {
        const destination = writableDestination<string>(new PassThrough().destroy(), options);
        const { cause } = await failureOfRun(fromPull(['a']).pipe(finalSink({ destination })));
        return /destination '(\w+)'/.exec(messageIn(cause))?.[1];
      };
      expect([await nameOf({}), await nameOf({ name: 'out' })]).toEqual(['writable', 'out']);
    },
  },
});
