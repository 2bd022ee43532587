import { describe, expect, it } from '@jest/globals';
import {
  concat,
  config,
  EMPTY,
  firstValueFrom,
  NEVER,
  throwError,
  timer,
  type Observable,
  type Subscription,
} from 'rxjs';
import { Assignment } from '../../lib/control/Assignment.js';
import type { ObservedStage, StageObserver } from '../../lib/control/observedStage.js';
import { callbackDestination } from '../../lib/destinations/callbackDestination.js';
import type { Destination } from '../../lib/destinations/Destination.js';
import { Flowable } from '../../lib/credit/Flowable.js';
import type { DeadLetter } from '../../lib/records/DeadLetter.js';
import { run, type RunError } from '../../lib/sinks/run.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { finalSink, type FinalSinkOptions } from '../../lib/stages/finalSink.js';
import { FinalSinkMachine } from '../../lib/stages/FinalSinkMachine.js';
import { FlowTestScheduler, handFed, handGranted } from '../../lib/testing/index.js';
import { codeIn, messageIn } from '../credit/support/errors.js';
import { HandDestination } from './support/HandDestination.js';

/** How `close` was told that the stream ended. */
async function closings(source: Observable<string>, cancel = false): Promise<boolean[]> {
  const told: boolean[] = [];
  const destination: Destination<string> = {
    name: 'told',
    write: (records) => records.map(({ id }) => ({ id, ok: true })),
    close: ({ completed }) => void told.push(completed),
  };
  const flow = source.pipe(finalSink({ destination, onDeadLetter: () => undefined }));
  const running = flow.subscribe({ error: () => undefined });
  if (cancel) running.unsubscribe();
  return told;
}

it('finalSink tells close whether the stream has completed', async () => {
  const failing = concat(
    fromPull(['a']),
    throwError(() => new Error('no')),
  );
  expect([await closings(fromPull(['a'])), await closings(failing), await closings(NEVER, true)]).toEqual([
    [true],
    [false],
    [false],
  ]);
});

describe('a destination that says that it is gone', () => {
  it('fails the stream at once, is closed once, and what it was given is cancelled', async () => {
    for (const moment of ['inside open', 'open', 'after the end']) {
      let fail: (error: unknown) => void = () => undefined;
      const log: string[] = [];
      const destination: Destination<string> = {
        name: 'gone',
        open: (context) => {
          ({ fail } = context);
          if (moment === 'inside open') fail(new Error('lost'));
        },
        write: () => void log.push('write'),
        close: ({ completed }) => void log.push(`close ${String(completed)}`),
      };
      const source = handFed<string>();
      const work = run(source.pipe(finalSink({ destination }))).catch((error: unknown) => error as RunError);
      if (moment === 'after the end') source.complete();
      else if (moment === 'open') source.send('a');
      fail(new Error('lost'));
      fail(new Error('twice'));
      const ended = await work;
      if (moment === 'after the end') expect([ended, log]).toMatchObject([{ ended: 'completed' }, ['close true']]);
      else {
        const { cause, report } = ended as RunError;
        expect([codeIn(cause), messageIn(cause)]).toEqual(['DESTINATION', expect.stringContaining('lost')]);
        expect([source.subscribed, report.cancelled]).toEqual([false, moment === 'open' ? 1 : 0]);
        expect(log).toEqual([...(moment === 'open' ? ['write'] : []), 'close false']);
      }
    }
  });
});

/** One sink over a hand-fed source and a hand-answered destination. */
function scene(options: Partial<FinalSinkOptions<string>> = {}) {
  const source = handFed<string>();
  const destination = new HandDestination<string>();
  const emitted: string[] = [];
  const letters: DeadLetter[] = [];
  const strays: string[] = [];
  const sink = finalSink<string>({
    destination,
    onDeadLetter: (letter) => letters.push(letter),
    onStrayAcknowledgment: (stray, acknowledgment) =>
      strays.push(`${stray} ${String((acknowledgment as { id?: unknown } | null)?.id)}`),
    ...options,
  });
  let ending: unknown;
  const subscription: Subscription = source.pipe(sink).subscribe({
    next: (value) => emitted.push(value),
    error: (error: unknown) => (ending = error),
    complete: () => {
      destination.log.push('complete');
      ending = 'complete';
    },
  });
  return { source, destination, emitted, letters, strays, subscription, ending: () => ending };
}

const each = (text: string) => text.split(/(?:)/u);

const said = (letters: readonly DeadLetter[]) => letters.map(({ value, code, lastAt }) => `${value} ${code} ${lastAt}`);

describe('what a destination may do wrong', () => {
  it('acknowledges twice, an unknown record, nonsense: counted, and each record is handed on once', () => {
    const { source, destination, emitted, letters, strays } = scene();
    source.send('a', 'b');
    destination.ok(2, 2, 3, 0, -1, 1.5, NaN);
    destination.contexts[0]?.acknowledge(null as never);
    destination.contexts[0]?.acknowledge({ id: '1', ok: true } as never);
    destination.ok(1);
    destination.refuse(1);
    expect(emitted).toEqual(['b', 'a']);
    expect(letters).toEqual([]);
    expect(strays).toEqual([
      ...['double 2', 'unknown 3', 'unknown 0', 'unknown -1', 'unknown 1.5', 'unknown NaN'],
      ...['unknown undefined', 'unknown 1', 'double 1'],
    ]);
  });

  it('acknowledges before write returns: the correlation is there', async () => {
    const destination: Destination<number> = {
      name: 'hasty',
      write: (requests, { acknowledge }) => requests.forEach(({ id }) => acknowledge({ id, ok: true })),
    };
    const report = await run(fromPull([1, 2, 3]).pipe(finalSink({ destination, batch: { maxSize: 2 } })));
    expect(report).toMatchObject({ in: 3, delivered: 3 });
  });

  it('acknowledges late: the letter stands, and the acknowledgment is counted once as late', async () => {
    await new FlowTestScheduler().run(async ({ advance }) => {
      const { source, destination, emitted, letters, strays } = scene({ acknowledgmentTimeoutMs: 10 });
      source.send('a');
      await advance(12);
      destination.ok(1, 1);
      expect([emitted, said(letters), strays]).toEqual([[], ['a ACK_TIMEOUT 10'], ['late 1', 'double 1']]);
    });
  });

  it('acknowledges late, while the next attempt is pending: that spares it, and its own one is the double', async () => {
    await new FlowTestScheduler().run(async ({ advance }) => {
      const { source, destination, emitted, letters, strays } = scene({ acknowledgmentTimeoutMs: 10, attempts: 3 });
      source.send('a');
      await advance(12);
      destination.ok(1);
      expect(emitted).toEqual(['a']);
      destination.ok(2);
      await advance(50);
      expect(destination.requests.map(({ id, attempt }) => [id, attempt])).toEqual([
        [1, 1],
        [2, 2],
      ]);
      expect([emitted, letters, strays]).toEqual([['a'], [], ['late 1', 'double 2']]);
    });
  });

  it('acknowledges late, before the next attempt has been written: there is none', async () => {
    await new FlowTestScheduler().run(async ({ advance }) => {
      const { source, destination, emitted, strays } = scene({ acknowledgmentTimeoutMs: 10, attempts: 2 });
      source.send('a', 'b');
      destination.contexts[1]?.signal.addEventListener('abort', () => {
        destination.ok(1);
      });
      await advance(10);
      expect(destination.log).toEqual(['open', 'write a', 'write b', 'write b']);
      expect([emitted, strays]).toEqual([['a'], ['late 1']]);
    });
  });

  it('a late refusal says nothing about the attempt that is pending', async () => {
    await new FlowTestScheduler().run(async ({ advance }) => {
      const { source, destination, emitted, strays } = scene({ acknowledgmentTimeoutMs: 10, attempts: 2 });
      source.send('a');
      await advance(10);
      destination.refuse(1);
      destination.ok(2);
      expect([emitted, strays]).toEqual([['a'], ['late 1']]);
    });
  });

  it('never acknowledges: each record times out by itself, to the frame, by one timer', async () => {
    const scheduler = new FlowTestScheduler();
    await scheduler.run(async ({ advance }) => {
      const { source, destination, letters, subscription } = scene({ acknowledgmentTimeoutMs: 10 });
      source.send('a', 'b');
      await advance(3);
      source.send('c', 'd');
      await advance(4);
      destination.ok(3);
      source.send(...each('efghijklmnop'));
      expect(scheduler.pending).toBe(1);
      await advance(30);
      expect(said(letters).slice(0, 4)).toEqual(
        ['a', 'b', 'd', 'e'].map((value, n) => `${value} ACK_TIMEOUT ${[10, 10, 13, 17][n]}`),
      );
      expect(letters).toHaveLength(15);
      expect(messageIn(letters[0]?.errors[0])).toBe(`destination 'hand' did not acknowledge within 10 ms`);
      expect(scheduler.pending).toBe(0);
      subscription.unsubscribe();
    });
  });

  it('never acknowledges: its signal is aborted at the timeout, and only its own', async () => {
    await new FlowTestScheduler().run(async ({ advance }) => {
      const { source, destination } = scene({ acknowledgmentTimeoutMs: 10 });
      source.send('a');
      await advance(5);
      source.send('b');
      const signals = destination.contexts.map(({ signal }) => signal);
      await advance(5);
      expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
      await advance(5);
      expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
    });
  });

  it('acknowledges inside the abort of its signal: that is in time for nobody, and good all the same', async () => {
    await new FlowTestScheduler().run(async ({ advance }) => {
      const { source, destination, emitted, letters, strays } = scene({ acknowledgmentTimeoutMs: 10 });
      source.send('a');
      destination.contexts[0]?.signal.addEventListener('abort', () => destination.ok(1));
      await advance(10);
      expect([emitted, letters, strays]).toEqual([['a'], [], ['late 1']]);
    });
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('down');
      },
    ],
    ['rejects', () => Promise.reject(new Error('down'))],
    ['returns no acknowledgments', () => ({ rowCount: 2 }) as never],
  ] as [string, Destination<number>['write']][])(
    '%s for a whole batch: each record of it is refused, and tried again',
    async (_, fail) => {
      let calls = 0;
      const destination: Destination<number> = {
        name: 'shaky',
        write: (requests, context) => {
          calls++;
          return requests.some(({ value }) => value > 2)
            ? fail(requests, context)
            : requests.map(({ id }) => ({ id, ok: true }));
        },
      };
      const sink = finalSink({ destination, batch: { maxSize: 2 }, attempts: 3 });
      const report = await run(fromPull([1, 2, 3, 4]).pipe(sink));
      expect(report).toMatchObject({ in: 4, delivered: 2, deadLettered: 2, codes: { deadLettered: { NACK: 2 } } });
      expect(report.deadLetters.map(({ value, attempts, errors }) => [value, attempts, errors.length])).toEqual([
        [3, 3, 3],
        [4, 3, 3],
      ]);
      expect(calls).toBe(4);
    },
  );

  it('refuses one record of a batch: that one only, and the others are not written again', async () => {
    const written: number[] = [];
    const destination: Destination<number> = {
      name: 'picky',
      write: async (requests) => {
        written.push(...requests.map(({ value }) => value));
        return requests.map(({ id, value }) =>
          value === 2 ? { id, ok: false, error: new Error('bad'), retryable: false } : { id, ok: true },
        );
      },
    };
    const report = await run(fromPull([1, 2, 3]).pipe(finalSink({ destination, batch: { maxSize: 3 }, attempts: 5 })));
    expect(report).toMatchObject({ delivered: 2, deadLettered: 1 });
    expect(report.deadLetters[0]).toMatchObject({ value: 2, code: 'NACK', attempts: 1 });
    expect(messageIn(report.deadLetters[0]?.errors[0])).toBe(`destination 'picky' refused the record: bad`);
    expect(written).toEqual([1, 2, 3]);
  });

  it('is a thenable that calls back twice: believed the first time', async () => {
    const destination: Destination<number> = {
      name: 'twice',
      write: (requests) =>
        ({
          then(succeed: (answer: never) => void, fail: (error: unknown) => void) {
            succeed(requests.map(({ id }) => ({ id, ok: true })) as never);
            fail(new Error('no'));
          },
        }) as never,
    };
    const report = await run(fromPull([1]).pipe(finalSink({ destination })));
    expect(report).toMatchObject({ delivered: 1, deadLettered: 0 });
  });

  it('fails in different ways: the letter has each error and both times', async () => {
    await new FlowTestScheduler().run(async ({ advance }) => {
      const { source, destination, letters } = scene({ acknowledgmentTimeoutMs: 10, attempts: 3 });
      source.send('a');
      await advance(4);
      destination.refuse(1, new Error('full'));
      await advance(10);
      destination.refuse(3, new Error('gone'));
      expect(letters[0]).toMatchObject({ value: 'a', code: 'NACK', attempts: 3, firstAt: 4, lastAt: 14 });
      expect(letters[0]?.errors.map(codeIn)).toEqual(['NACK', 'ACK_TIMEOUT', 'NACK']);
    });
  });
});

describe('opening and closing', () => {
  const down = new Error('ECONNREFUSED');
  it.each([
    [
      'throws',
      () => {
        throw down;
      },
    ],
    ['rejects', () => Promise.reject(down)],
  ])(
    'a destination that is down at start (open %s) fails the stream; nothing is written or closed',
    async (_, open) => {
      const log: string[] = [];
      const destination: Destination<number> = {
        name: 'far',
        open,
        write: () => void log.push('write'),
        close: () => void log.push('close'),
      };
      const error = await run(fromPull([1, 2, 3]).pipe(finalSink({ destination }))).catch((caught: unknown) => caught);
      const { report, cause } = error as RunError;
      expect([codeIn(cause), messageIn(cause)]).toEqual([
        'DESTINATION',
        `stage 'finalSink': destination 'far' could not be opened, and nothing has been written to it: ECONNREFUSED`,
      ]);
      expect((cause as Error).cause).toBe(down);
      expect(report).toMatchObject({ delivered: 0, inFlight: 0, in: report.cancelled });
      expect(log).toEqual([]);
    },
  );

  it('writes nothing before open has resolved, and takes in no more than capacity', async () => {
    await new FlowTestScheduler().run(async ({ advance }) => {
      const log: string[] = [];
      const destination: Destination<number> = {
        name: 'slow',
        open: () => firstValueFrom(timer(20)).then(() => void log.push('open')),
        write: (requests) => {
          log.push('write');
          return requests.map(({ id }) => ({ id, ok: true }));
        },
      };
      const source = handFed([1, 2, 3, 4, 5]);
      source.pipe(finalSink({ destination, capacity: 2, onDeadLetter: () => undefined })).subscribe();
      await advance(19);
      expect([log, source.delivered]).toEqual([[], 2]);
      await advance(1);
      expect(log).toEqual(['open', 'write', 'write', 'write', 'write', 'write']);
    });
  });

  it('closes once at the end, after the last acknowledgment and before complete', () => {
    const { source, destination } = scene();
    source.send('a');
    source.complete();
    expect(destination.log).toEqual(['open', 'write a']);
    destination.ok(1, 1);
    expect(destination.log).toEqual(['open', 'write a', 'close', 'complete']);
  });

  it('closes an empty stream, and one that fails, after what was accepted', () => {
    const empty = scene();
    empty.source.complete();
    expect(empty.destination.log).toEqual(['open', 'close', 'complete']);
    const failing = scene();
    failing.source.send('a');
    failing.source.error(new Error('source'));
    expect(failing.ending()).toBeUndefined();
    failing.destination.ok(1);
    expect(failing.destination.log).toEqual(['open', 'write a', 'close']);
    expect(messageIn(failing.ending())).toBe('source');
  });

  it('waits for close, and fails where that fails', async () => {
    await new FlowTestScheduler().run(async ({ advance }) => {
      const failing = {
        ...callbackDestination(() => undefined),
        close: () => firstValueFrom(timer(5)).then(() => Promise.reject(down)),
      };
      const { source, ending } = scene({ destination: failing });
      source.complete();
      await advance(4);
      expect(ending()).toBeUndefined();
      await advance(1);
      expect([codeIn(ending()), messageIn(ending())]).toEqual([
        'DESTINATION',
        `stage 'finalSink': destination 'callback' could not be closed: ECONNREFUSED`,
      ]);
    });
  });

  it('opens and closes for each subscription', async () => {
    const destination = new HandDestination<number>();
    const flow = EMPTY.pipe(finalSink({ destination }));
    await run(flow);
    await run(flow);
    expect(destination.log).toEqual(['open', 'close', 'open', 'close']);
  });
});

describe('C9: unsubscribing', () => {
  it('aborts what is being written, leaves no timer, closes once, and hands on nothing afterwards', async () => {
    const scheduler = new FlowTestScheduler();
    await scheduler.run(() => {
      const { source, destination, emitted, letters, strays, subscription } = scene({
        acknowledgmentTimeoutMs: 10,
        batch: { maxSize: 2, maxWaitMs: 5 },
      });
      source.send('a', 'b', 'c');
      expect(scheduler.pending).toBe(2);
      const [signal] = destination.contexts.map((context) => context.signal);
      signal?.addEventListener('abort', () => destination.ok(1));
      subscription.unsubscribe();
      destination.ok(1, 2);
      destination.refuse(1);
      expect(signal?.aborted).toBe(true);
      expect(scheduler.pending).toBe(0);
      expect(source.subscribed).toBe(false);
      expect(destination.log).toEqual(['open', 'write a,b', 'close']);
      expect([emitted, letters, strays]).toEqual([[], [], []]);
    });
  });

  it('while it is being opened: the signal is aborted, and it is closed when it is open after all', async () => {
    await new FlowTestScheduler().run(async ({ advance }) => {
      const log: string[] = [];
      const destination: Destination<string> = {
        name: 'slow',
        open: ({ signal }) => {
          signal.addEventListener('abort', () => log.push('abort'));
          return firstValueFrom(timer(20)).then(() => void log.push('open'));
        },
        write: () => undefined,
        close: () => void log.push('close'),
      };
      const { subscription } = scene({ destination });
      subscription.unsubscribe();
      expect(log).toEqual(['abort']);
      await advance(20);
      expect(log).toEqual(['abort', 'open', 'close']);
    });
  });

  it('while it is being closed: not once more', async () => {
    const log: string[] = [];
    const destination = {
      ...callbackDestination<string>(() => undefined),
      close: () => (log.push('close'), firstValueFrom(NEVER)),
    };
    const { source, subscription, ending } = scene({ destination });
    source.complete();
    subscription.unsubscribe();
    expect([log, ending()]).toEqual([['close'], undefined]);
  });

  it('a close that throws goes to whoever unsubscribed, one that rejects is reported', async () => {
    const destination = {
      ...callbackDestination<string>(() => undefined),
      close: () => {
        throw new Error('close');
      },
    };
    const { subscription } = scene({ destination });
    expect(() => {
      subscription.unsubscribe();
    }).toThrow();
    const rejecting = {
      ...callbackDestination<string>(() => undefined),
      close: () => Promise.reject(new Error('close')),
    };
    const told = await new Promise((resolve) => {
      config.onUnhandledError = resolve;
      scene({ destination: rejecting }).subscription.unsubscribe();
    });
    config.onUnhandledError = null;
    expect(messageIn(told)).toBe('close');
  });

  it('inside the delivery that an acknowledgment brought: the rest is cancelled, and the books balance', async () => {
    const destination = new HandDestination<number>();
    const stop = new AbortController();
    const flow = fromPull([1, 2, 3, 4]).pipe(finalSink({ destination, batch: { maxSize: 2 } }));
    const running = run(flow, { signal: stop.signal, drainMs: 0 });
    destination.ok(1, 3);
    stop.abort();
    const report = await running;
    expect(report).toMatchObject({ in: 4, delivered: 2, cancelled: 2, inFlight: 0 });
    expect(destination.log.at(-1)).toBe('close');
  });

  it('cancels what waits in every place: the inbox, pending, again, acknowledged', async () => {
    const destination = new HandDestination<number>();
    const sink = finalSink({ destination, maxPendingAcknowledgments: 2, attempts: 2, capacity: 9 });
    const stop = new AbortController();
    const running = run(fromPull([1, 2, 3, 4, 5]).pipe(sink), { signal: stop.signal, drainMs: 0 });
    destination.refuse(1);
    stop.abort();
    expect(await running).toMatchObject({ in: 5, cancelled: 5 });
  });
});

describe('the bound on pending acknowledgments', () => {
  it('is never passed; a place is free after an acknowledgment, a refusal or a timeout', async () => {
    await new FlowTestScheduler().run(async ({ advance }) => {
      const { source, destination } = scene({ maxPendingAcknowledgments: 2, acknowledgmentTimeoutMs: 10 });
      source.send(...each('abcdefgh'));
      const sent = () => destination.requests.length;
      expect(sent()).toBe(2);
      destination.ok(1);
      expect(sent()).toBe(3);
      destination.refuse(2);
      expect(sent()).toBe(4);
      await advance(10);
      expect(sent()).toBe(6);
      destination.ok(1, 2, 3, 4, 99);
      expect(sent()).toBe(6);
    });
  });

  it('waits until a whole batch has room, and goes first with what must be written again', () => {
    const { source, destination } = scene({ maxPendingAcknowledgments: 3, batch: { maxSize: 2 }, attempts: 2 });
    source.send(...each('abcdef'));
    expect(destination.log).toEqual(['open', 'write a,b']);
    destination.refuse(2);
    expect(destination.log).toEqual(['open', 'write a,b', 'write b']);
    destination.ok(1);
    expect(destination.log).toEqual(['open', 'write a,b', 'write b', 'write c,d']);
  });
});

describe('what finalSink hands on', () => {
  it('is in the order of the acknowledgments, as the stage below has credit; capacity bounds all that is held', () => {
    const source = handFed<string>('abcdefghij');
    const destination = new HandDestination<string>();
    const sink = handGranted(source.pipe(finalSink({ destination, capacity: 4, onDeadLetter: () => undefined })));
    expect(destination.log).toEqual(['open', 'write a', 'write b', 'write c', 'write d']);
    destination.ok(3, 1, 4, 2);
    expect([sink.received, source.delivered]).toEqual([[], 4]);
    sink.grant(2);
    expect([sink.received, source.delivered]).toEqual([['c', 'a'], 6]);
    sink.grantAll();
    expect(sink.received).toEqual(['c', 'a', 'd', 'b']);
  });

  it('is kept to capacity however many ids are acknowledged: double ones give no credit', () => {
    const { source, destination } = scene({ capacity: 2 });
    source.send(...each('abcdef'));
    destination.ok(1, 1, 1, 1);
    expect(source.delivered).toBe(3);
  });
});

describe('requireAcknowledgment: false', () => {
  it('gives up a record whose write throws, and counts a refusal that comes afterwards as late', () => {
    const destination: Destination<string> = {
      name: 'loose',
      write: ([request], { acknowledge }) => {
        if (request?.value === 'b') throw new Error('no');
        hold = () => acknowledge({ id: request?.id ?? 0, ok: false, error: 'no' });
      },
    };
    let hold = () => {};
    const { source, emitted, letters, strays } = scene({ destination, requireAcknowledgment: false });
    source.send('a', 'b', 'c');
    hold();
    expect([emitted, letters.map(({ value }) => value), strays]).toEqual([['a', 'c'], ['b'], ['late 3']]);
  });

  it('lets what is being written finish at the end, and aborts it when unsubscribed', () => {
    const aborted: string[] = [];
    const destination: Destination<string> = {
      name: 'loose',
      write: ([request], { signal }) => {
        signal.addEventListener('abort', () => aborted.push(String(request?.value)));
        return firstValueFrom(NEVER);
      },
    };
    const ended = scene({ destination, requireAcknowledgment: false });
    ended.source.send('a');
    ended.source.complete();
    expect(ended.ending()).toBe('complete');
    const cut = scene({ destination, requireAcknowledgment: false });
    cut.source.send('b');
    cut.subscription.unsubscribe();
    expect(aborted).toEqual(['b']);
  });

  it('does not abort what has been acknowledged all the same', () => {
    const { source, destination, subscription, strays } = scene({ requireAcknowledgment: false });
    source.send('a', 'b');
    const signals = destination.contexts.map(({ signal }) => signal);
    destination.contexts[0]?.acknowledge({ id: 1, ok: true });
    subscription.unsubscribe();
    expect([strays, signals.map(({ aborted }) => aborted)]).toEqual([['late 1'], [false, true]]);
  });
});

describe('a batch that is not full', () => {
  it('is written when all that a limit above lets on their way are here', () => {
    const destination = new HandDestination<string>();
    const source = handFed<string>();
    const settings = {
      ...{ destination, capacity: 9, requireAcknowledgment: true, maxPendingAcknowledgments: 9, attempts: 1 },
      ...{ acknowledgmentTimeoutMs: undefined, maxSize: 5, maxWaitMs: undefined, onStrayAcknowledgment: undefined },
      onDeadLetter: () => undefined,
    };
    const flow = new Flowable<string>((output) => {
      const machine = new FinalSinkMachine(output, settings);
      machine.account.limitAbove = 3;
      machine.start(source);
    });
    flow.subscribe();
    source.send('a', 'b');
    expect(destination.log).toEqual(['open']);
    source.send('c');
    expect(destination.log).toEqual(['open', 'write a,b,c']);
  });

  it('is written at the end, and when the source fails', () => {
    for (const how of ['complete', 'error'] as const) {
      const { source, destination } = scene({ batch: { maxSize: 5 } });
      source.send('a', 'b');
      source[how](new Error('source'));
      expect(destination.log).toEqual(['open', 'write a,b']);
    }
  });

  it('asks for more, and does not stand still for want of credit', () => {
    const { source, destination } = scene({ batch: { maxSize: 4 }, capacity: 4 });
    source.send(...each('abcdefghij'));
    destination.ok(1, 2, 3, 4);
    destination.ok(5, 6, 7, 8);
    expect(destination.log).toEqual(['open', 'write a,b,c,d', 'write e,f,g,h']);
    expect(source.delivered).toBe(10);
  });
});

describe('listeners that throw fail the stream', () => {
  const listener = () => {
    throw new Error('listener');
  };
  it('onDeadLetter', () => {
    const { source, destination, ending } = scene({ onDeadLetter: listener });
    source.send('a');
    destination.refuse(1);
    expect(messageIn(ending())).toBe('listener');
    expect(destination.log.at(-1)).toBe('close');
  });

  it('onStrayAcknowledgment', () => {
    const { source, destination, ending } = scene({ onStrayAcknowledgment: listener });
    source.send('a');
    destination.ok(9);
    expect(messageIn(ending())).toBe('listener');
  });
});

it('a source that fails at once still opens and closes', async () => {
  const destination = new HandDestination<never>();
  await run(throwError(() => new Error('source')).pipe(finalSink({ destination }))).catch(() => undefined);
  expect(destination.log).toEqual(['open', 'close']);
});

describe('what a controller sees', () => {
  function observing() {
    const enrolled: ObservedStage[] = [];
    const controller: StageObserver = {
      deadLetters: { offer: () => true, forget: () => undefined },
      keepBooks: () => () => undefined,
      enrol: (stage) => {
        enrolled.push(stage);
        const assignment = () => new Assignment(1, 1);
        return {
          delayMs: () => 0,
          changed: () => undefined,
          tell: () => undefined,
          assignment,
          leave: () => undefined,
        };
      },
    };
    return { controller, enrolled };
  }

  it('is the time from write to the answer, the share of failures, and how many are pending', async () => {
    await new FlowTestScheduler().run(async ({ advance }) => {
      const { controller, enrolled } = observing();
      const { source, destination } = scene({ controller, maxPendingAcknowledgments: 4 });
      source.send(...each('abcdef'));
      expect(enrolled[0]?.read()).toMatchObject({ trigger: 1, buffered: 6, held: 6, latencyMs: 0, errorShare: 0 });
      await advance(10);
      destination.ok(1);
      destination.refuse(2);
      expect(enrolled[0]?.read()).toMatchObject({ trigger: 1, buffered: 4, held: 4, latencyMs: 10, errorShare: 0.5 });
    });
  });

  it('is a trigger that whole batches can bring to 1', () => {
    const { controller, enrolled } = observing();
    const { source } = scene({ controller, maxPendingAcknowledgments: 5, batch: { maxSize: 3 } });
    source.send(...each('abcdef'));
    expect(enrolled[0]?.read()).toMatchObject({ trigger: 1, buffered: 6 });
  });
});
