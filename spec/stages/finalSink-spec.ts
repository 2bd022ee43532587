import { describe, expect, it } from '@jest/globals';
import { firstValueFrom, timer, toArray, VirtualTimeScheduler } from 'rxjs';
import { Assignment } from '../../lib/control/Assignment.js';
import type { ObservedStage, StageLease, StageObserver } from '../../lib/control/observedStage.js';
import { callbackDestination } from '../../lib/destinations/callbackDestination.js';
import type { Destination } from '../../lib/destinations/Destination.js';
import type { DeadLetter } from '../../lib/records/DeadLetter.js';
import { run } from '../../lib/sinks/run.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { finalSink, FINAL_SINK_OPTIONS, type FinalSinkOptions } from '../../lib/stages/finalSink.js';
import { FlowTestScheduler, handFed } from '../../lib/testing/index.js';
import { codeIn, messageIn, thrownBy } from '../credit/support/errors.js';
import { HandDestination } from './support/HandDestination.js';

/** Acknowledges each record `ms` after its write. */
const after = <T>(ms: number): Destination<T> => callbackDestination(() => firstValueFrom(timer(ms)));
const accepting = callbackDestination<unknown>(() => undefined);
const keep = { onDeadLetter: () => undefined };

/** How many records are pulled from an endless source when the destination answers nothing. */
function pulled(options: Partial<FinalSinkOptions<number>>): number {
  let count = 0;
  function* naturals() {
    for (;;) yield count++;
  }
  const sink = finalSink<number>({ destination: new HandDestination(), ...keep, ...options });
  fromPull(naturals()).pipe(sink).subscribe().unsubscribe();
  return count;
}

/** What is written of nine records when the destination answers nothing. */
function written(options: Partial<FinalSinkOptions<number>>): string[] {
  const destination = new HandDestination<number>();
  const source = handFed<number>();
  const subscription = source.pipe(finalSink({ destination, ...keep, ...options })).subscribe();
  source.send(1, 2, 3, 4, 5, 6, 7, 8, 9);
  subscription.unsubscribe();
  return destination.log.filter((line) => line.startsWith('write'));
}

/** The letters of three records that are refused for ever, and how often each was written. */
async function refused(options: Partial<FinalSinkOptions<number>>): Promise<readonly DeadLetter[]> {
  const destination = callbackDestination<number>(() => {
    throw new Error('no');
  });
  const report = await run(fromPull([1, 2, 3]).pipe(finalSink({ destination, ...options })));
  return report.deadLetters;
}

const tests: Readonly<Record<string, () => void | Promise<void>>> = {
  name: async () => {
    expect((await refused({}))[0]?.stage).toBe('finalSink');
    expect((await refused({ name: 'orders' }))[0]?.stage).toBe('orders');
  },

  capacity: () => {
    expect(pulled({})).toBe(1000);
    expect(pulled({ capacity: 3 })).toBe(3);
  },

  scheduler: () => {
    const scheduler = new VirtualTimeScheduler();
    const letters: DeadLetter[] = [];
    const onDeadLetter = (letter: DeadLetter) => letters.push(letter);
    const options = { destination: new HandDestination<number>(), acknowledgmentTimeoutMs: 50, onDeadLetter };
    const inRealTime = fromPull([1]).pipe(finalSink(options)).subscribe();
    fromPull([2])
      .pipe(finalSink({ ...options, scheduler }))
      .subscribe();
    scheduler.flush();
    expect(letters.map(({ value, lastAt }) => [value, lastAt])).toEqual([[2, 50]]);
    inRealTime.unsubscribe();
  },

  creditReplenishRate: async () => {
    await new FlowTestScheduler().run(({ expectFlow }) => {
      const sink = (creditReplenishRate?: number) =>
        finalSink<string>({ destination: accepting, capacity: 1, creditReplenishRate, ...keep });
      expectFlow(handFed('abcd').pipe(sink())).toEmit('(abcd|)');
      // One credit at the start and one to begin with, then one in 500 ms.
      expectFlow(handFed('abcd').pipe(sink(2))).toEmit('(ab) 496ms c 499ms d 499ms |');
    });
  },

  controller: () => {
    const enrolled: ObservedStage[] = [];
    const lease: StageLease = {
      delayMs: () => 0,
      changed: () => undefined,
      tell: () => undefined,
      assignment: () => new Assignment(1, 1),
      leave: () => undefined,
    };
    const observe = (controller?: StageObserver) => {
      const sink = finalSink<number>({
        destination: new HandDestination(),
        batch: { maxSize: 2 },
        ...keep,
        controller,
      });
      return fromPull([1, 2]).pipe(sink).subscribe();
    };
    observe();
    expect(enrolled).toEqual([]);
    const subscription = observe({
      deadLetters: { offer: () => true, forget: () => undefined },
      keepBooks: () => () => undefined,
      enrol(stage) {
        enrolled.push(stage);
        return lease;
      },
    });
    expect(enrolled.map(({ name, kind }) => [name, kind])).toEqual([['finalSink', 'finalSink']]);
    expect(enrolled[0]?.read()).toMatchObject({ held: 2, buffered: 2, trigger: 2 / 1000 });
    subscription.unsubscribe();
  },

  destination: async () => {
    const one: number[] = [];
    const other: number[] = [];
    await run(fromPull([1]).pipe(finalSink({ destination: callbackDestination((n: number) => one.push(n)) })));
    await run(fromPull([2]).pipe(finalSink({ destination: callbackDestination((n: number) => other.push(n)) })));
    expect([one, other]).toEqual([[1], [2]]);
  },

  requireAcknowledgment: async () => {
    const values: number[] = [];
    const unanswered = (requireAcknowledgment?: boolean) => {
      const sink = finalSink<number>({ destination: new HandDestination(), requireAcknowledgment, ...keep });
      fromPull([1, 2])
        .pipe(sink)
        .subscribe((value) => values.push(value));
    };
    unanswered();
    unanswered(true);
    expect(values).toEqual([]);
    unanswered(false);
    expect(values).toEqual([1, 2]);
  },

  maxPendingAcknowledgments: () => {
    expect(written({})).toHaveLength(9);
    expect(written({ maxPendingAcknowledgments: 4 })).toEqual(['write 1', 'write 2', 'write 3', 'write 4']);
  },

  acknowledgmentTimeoutMs: async () => {
    await new FlowTestScheduler().run(({ expectFlow }) => {
      const late = finalSink<string>({ destination: after(5), maxPendingAcknowledgments: 1, ...keep });
      expectFlow(handFed('a').pipe(late)).toEmit('-----(a|)');
      const options = { destination: after<string>(5), maxPendingAcknowledgments: 1, ...keep };
      expectFlow(handFed('a').pipe(finalSink({ ...options, acknowledgmentTimeoutMs: 5 }))).toEmit('-----|');
      expectFlow(handFed('a').pipe(finalSink({ ...options, acknowledgmentTimeoutMs: 4 }))).toEmit('----|');
      expectFlow(handFed('a').pipe(finalSink({ ...options, acknowledgmentTimeoutMs: 6 }))).toEmit('-----(a|)');
    });
  },

  attempts: async () => {
    expect((await refused({})).map(({ attempts }) => attempts)).toEqual([1, 1, 1]);
    expect((await refused({ attempts: 3 })).map(({ attempts }) => attempts)).toEqual([3, 3, 3]);
  },

  batch: () => {
    expect(written({}).slice(0, 2)).toEqual(['write 1', 'write 2']);
    expect(written({ batch: { maxSize: 4 } })).toEqual(['write 1,2,3,4', 'write 5,6,7,8']);
  },

  onDeadLetter: async () => {
    const codes: string[] = [];
    expect(await refused({ onDeadLetter: ({ code }) => codes.push(code) })).toHaveLength(3);
    expect(codes).toEqual(['NACK', 'NACK', 'NACK']);
  },

  onStrayAcknowledgment: () => {
    const seen: string[] = [];
    const strays = (options: Partial<FinalSinkOptions<number>>) => {
      const destination = new HandDestination<number>();
      fromPull([1])
        .pipe(finalSink({ destination, ...keep, ...options }))
        .subscribe();
      destination.ok(1);
    };
    strays({});
    strays({ onStrayAcknowledgment: (stray) => seen.push(stray) });
    expect(seen).toEqual([]);
    const destination = new HandDestination<number>();
    const source = handFed<number>();
    const onStrayAcknowledgment = (stray: string, { id }: { id: number }) => seen.push(`${stray} ${id}`);
    source.pipe(finalSink({ destination, ...keep, onStrayAcknowledgment })).subscribe();
    source.send(1);
    destination.ok(1, 1, 7);
    expect(seen).toEqual(['double 1', 'unknown 7']);
  },
};

describe('every option of finalSink', () => {
  it('has a test here, and nothing else has', () => {
    expect(Object.keys(tests).sort()).toEqual([...FINAL_SINK_OPTIONS].sort());
  });
  for (const [key, test] of Object.entries(tests)) it(key, test);
});

describe('batch.maxWaitMs', () => {
  it('counts from the first record of the batch, to the frame', async () => {
    await new FlowTestScheduler().run(async ({ cold, expectObservable, flush }) => {
      const batches: string[] = [];
      const destination = callbackDestination<string>((values) => batches.push(values.join('')), { batch: true });
      const sink = finalSink({ destination, batch: { maxSize: 3, maxWaitMs: 4 }, ...keep });
      expectObservable(cold('--a-b---------c-----|').pipe(sink)).toBe('------(ab)--------c-|');
      await flush();
      expect(batches).toEqual(['ab', 'c']);
    });
  });

  it('is off by default: a batch waits for its size, or the end', async () => {
    await new FlowTestScheduler().run(({ cold, expectObservable }) => {
      const sink = finalSink<string>({ destination: after(0), batch: { maxSize: 3 }, ...keep });
      expectObservable(cold('--a-b-----|').pipe(sink)).toBe('----------(ab|)');
    });
  });
});

describe('what finalSink is given', () => {
  const failing = (options: unknown) => thrownBy(() => finalSink(options as FinalSinkOptions<unknown>));
  const destination = new HandDestination<unknown>();
  const counts = [NaN, Infinity, -1, 0, 1.5, '10', null, true, {}];

  it.each([
    ...['maxPendingAcknowledgments', 'attempts', 'capacity'].flatMap((key) => counts.map((value) => [key, value])),
    ...[NaN, Infinity, -1, '1', null].map((value) => ['acknowledgmentTimeoutMs', value]),
    ...[0, -1, NaN, Infinity, '1', null].map((value) => ['creditReplenishRate', value]),
    ...['true', 1, null].map((value) => ['requireAcknowledgment', value]),
    ...[null, 1, 'x', {}, { maxSize: 0 }, { maxSize: 2, maxWaitMs: NaN }].map((value) => ['batch', value]),
    ...[null, 'log', 1].flatMap((value) => [
      ['onDeadLetter', value],
      ['onStrayAcknowledgment', value],
    ]),
    ...[undefined, null, 1, {}, () => 1, { name: 'x' }, { write: () => 1 }, { name: 'x', write: () => 1, open: 1 }].map(
      (value) => ['destination', value],
    ),
  ] as [string, unknown][])('is refused when it is made, with the option and the remedy: %s = %p', (key, value) => {
    const error = failing({ destination, [key]: value });
    expect(codeIn(error)).toBe('OPTION');
    expect(messageIn(error)).toMatch(new RegExp(`^finalSink: .*option ${key}(\\.\\w+)? is .*; give`, 's'));
  });

  it('is refused where it has an unknown option, or a batch that could never be written', () => {
    expect(messageIn(failing({ destination, retries: 3 }))).toContain(`there is no option 'retries'`);
    expect(messageIn(failing({ destination, batch: { maxSize: 20 }, maxPendingAcknowledgments: 10 }))).toContain(
      'batch.maxSize is 20 and maxPendingAcknowledgments 10',
    );
  });

  it('must say who keeps the letters, where nobody does', async () => {
    const failed = await firstValueFrom(fromPull([1]).pipe(finalSink({ destination: accepting }), toArray())).catch(
      codeIn,
    );
    expect(failed).toBe('NO_DEAD_LETTERS');
  });
});
