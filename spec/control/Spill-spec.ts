import { describe, expect, it } from '@jest/globals';
import { VirtualTimeScheduler } from 'rxjs';
import type { WhenFull } from '../../lib/control/DeadLetterQueue.js';
import { PipelineBackPressureController } from '../../lib/control/PipelineBackPressureController.js';
import { FIRST_RETRY_MS } from '../../lib/control/Spill.js';
import { callbackDestination } from '../../lib/destinations/callbackDestination.js';
import type { Destination, WriteContext, WriteRequest } from '../../lib/destinations/Destination.js';
import { control } from '../../lib/operators/control.js';
import { stage } from '../../lib/operators/stage.js';
import type { DeadLetter } from '../../lib/records/DeadLetter.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { codeIn, thrownBy } from '../credit/support/errors.js';
import { numbers, see } from '../operators/support/seen.js';
import { microtasks } from '../operators/support/Works.js';
import { HandLog } from './support/HandLog.js';

/** Keeps each write until the test answers it. */
class HandStore implements Destination<DeadLetter> {
  readonly name = 'store';
  readonly events: string[] = [];
  readonly writes: { readonly requests: readonly WriteRequest<DeadLetter>[]; readonly context: WriteContext }[] = [];

  open: NonNullable<Destination<DeadLetter>['open']> = () => void this.events.push('open');
  close = (): void => void this.events.push('close');
  write: Destination<DeadLetter>['write'] = (requests, context) => {
    this.events.push(`write ${requests.map(({ value }) => String(value.origin)).join()}`);
    this.writes.push({ requests, context });
    return undefined;
  };

  answer(index: number, ok = true): void {
    const { requests, context } = this.writes[index]!;
    for (const { id } of requests) {
      if (ok) context.acknowledge({ id, ok });
      else context.acknowledge({ id, ok, error: new Error('disk full') });
    }
  }
}

/** Every record fails; one letter finds room in the queue, the others are spilled. */
function failing(spill: unknown, records = 4, capacity = 8) {
  const scheduler = new VirtualTimeScheduler();
  const log = new HandLog(() => scheduler.frame);
  const whenFull = { spill } as WhenFull;
  const controller = new PipelineBackPressureController({
    scheduler,
    logger: log,
    deadLetters: { maxSize: 1, whenFull },
  });
  const taken: unknown[] = [];
  controller.deadLetters.records$.subscribe(({ origin }) => taken.push(origin));
  const fails = stage<number, never>(
    () => {
      throw new Error('no');
    },
    { name: 'save', onFailure: 'deadLetter', capacity },
  );
  const { running, seen } = see(fromPull(numbers(records)).pipe(fails, control(controller)));
  const until = (frame: number) => {
    scheduler.maxFrames = frame;
    scheduler.flush();
    scheduler.frame = frame;
  };
  const counts = () => {
    const { deadLettered, inFlight, cancelled } = controller.ledger();
    return { deadLettered, inFlight, cancelled };
  };
  const failures = () => log.about('spillFailed').map(([level, , { reason, count }]) => [level, reason, count]);
  return { controller, log, taken, running, seen, until, counts, failures, scheduler };
}

describe('dead letters that are spilled to a destination', () => {
  it('a record is dead-lettered when its letter is acknowledged, and not before', () => {
    const store = new HandStore();
    const { counts, taken, seen, controller } = failing(store, 2);
    expect([store.events, counts(), taken]).toEqual([
      ['open', 'write 1'],
      { deadLettered: 1, inFlight: 1, cancelled: 0 },
      [0],
    ]);
    store.answer(0);
    expect([counts(), taken, seen]).toEqual([{ deadLettered: 2, inFlight: 0, cancelled: 0 }, [0, 1], ['|']]);
    expect([controller.deadLetters.spilled, controller.deadLetters.size]).toEqual([1, 1]);
  });

  it('a destination that says that it is gone is closed, and opened anew for the letters that it was given', () => {
    const store = new HandStore();
    const gone: ((error: unknown) => void)[] = [];
    store.open = ({ fail }) => {
      store.events.push('open');
      gone.push(fail);
    };
    const { counts, failures, until } = failing(store, 2);
    gone[0]!(new Error('disk lost'));
    gone[0]!(new Error('twice'));
    expect([store.events, failures()]).toEqual([['open', 'write 1', 'close'], [['error', 'disk lost', 1]]]);
    until(FIRST_RETRY_MS);
    expect(store.events).toEqual(['open', 'write 1', 'close', 'open', 'write 1']);
    store.answer(1);
    expect(counts()).toEqual({ deadLettered: 2, inFlight: 0, cancelled: 0 });
  });

  it('what waits in a stage is written without waiting for the answer to the first', () => {
    const store = new HandStore();
    const { counts, seen } = failing(store, 5);
    expect(store.events).toEqual(['open', 'write 1', 'write 2', 'write 3', 'write 4']);
    // The answers may come in any order: the records leave in theirs.
    for (const write of [3, 2, 1]) store.answer(write);
    expect(counts().deadLettered).toBe(1);
    store.answer(0);
    expect([counts(), seen]).toEqual([{ deadLettered: 5, inFlight: 0, cancelled: 0 }, ['|']]);
  });

  it('one write at a time: what comes meanwhile goes into the next one', async () => {
    const answers: (() => void)[] = [];
    const batches: unknown[][] = [];
    const store: Destination<DeadLetter> = {
      name: 'slow',
      write: (requests) => {
        batches.push(requests.map(({ value }) => value.origin));
        return new Promise((resolve) => {
          answers.push(() => resolve(requests.map(({ id }) => ({ id, ok: true }))));
        });
      },
    };
    const { counts } = failing(store, 5);
    expect(batches).toEqual([[1]]);
    answers[0]!();
    await microtasks();
    expect([batches, counts().deadLettered]).toEqual([[[1], [2, 3, 4]], 2]);
    answers[1]!();
    await microtasks();
    expect(counts()).toEqual({ deadLettered: 5, inFlight: 0, cancelled: 0 });
  });

  it('with callbackDestination: an asynchronous function is waited for', async () => {
    const stored: unknown[] = [];
    const { counts, seen } = failing(
      callbackDestination(async ({ origin }: DeadLetter) => {
        await Promise.resolve();
        stored.push(origin);
      }),
    );
    expect(counts().deadLettered).toBe(1);
    await microtasks();
    await microtasks();
    expect([stored, counts().deadLettered, seen]).toEqual([[1, 2, 3], 4, ['|']]);
  });

  it('a function goes on as before: at once', () => {
    const stored: unknown[] = [];
    const { counts } = failing(({ origin }: DeadLetter) => stored.push(origin));
    expect([stored, counts().deadLettered]).toEqual([[1, 2, 3], 4]);
  });

  it('what is neither a function nor a destination is refused', () => {
    expect(codeIn(thrownBy(() => failing({ name: 'store' })))).toBe('OPTION');
  });
});

describe('a destination for dead letters that fails', () => {
  it('the records wait, an error is logged, and it is tried again after 1000 ms, then twice as long each time', () => {
    const store = new HandStore();
    const { counts, until, failures, running, scheduler } = failing(store, 2);
    const at = (): number => scheduler.frame;
    const tried: number[] = [];
    let writes = 1;
    for (let frame = 0; frame <= 125_000; frame += 500) {
      until(frame);
      if (store.writes.length >= writes) {
        tried.push(at());
        store.answer(writes - 1, false);
        writes++;
      }
    }
    expect(tried).toEqual([0, 1000, 3000, 7000, 15_000, 31_000, 61_000, 91_000, 121_000]);
    expect(store.writes.map(({ requests }) => requests[0]!.attempt)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(counts()).toEqual({ deadLettered: 1, inFlight: 1, cancelled: 0 });
    expect(failures()[0]).toEqual(['error', 'disk full', 1]);
    until(151_000);
    store.answer(9);
    expect(counts()).toEqual({ deadLettered: 2, inFlight: 0, cancelled: 0 });
    running.unsubscribe();
  });

  const throws = () => {
    throw new Error('disk full');
  };
  it.each([
    ['write throws', { write: throws }],
    ['write rejects', { write: () => Promise.reject(new Error('disk full')) }],
    ['open throws', { open: throws }],
    ['open rejects', { open: () => Promise.reject(new Error('disk full')) }],
  ])('%s: nothing is lost, and when it is there again all goes on', async (_, broken) => {
    const store = new HandStore();
    const { write, open } = store;
    Object.assign(store, broken);
    const { counts, failures, until } = failing(store, 3);
    await microtasks();
    expect([counts(), failures()]).toEqual([
      { deadLettered: 1, inFlight: 2, cancelled: 0 },
      [['error', 'disk full', 1]],
    ]);
    Object.assign(store, { write, open });
    until(999);
    expect(store.writes).toEqual([]);
    until(1000);
    store.answer(0);
    expect(counts()).toEqual({ deadLettered: 3, inFlight: 0, cancelled: 0 });
    expect(store.writes[0]?.requests.map(({ value }) => value.origin)).toEqual([1, 2]);
  });

  it('a write that returns nonsense is a failure too', () => {
    const store = new HandStore();
    Object.assign(store, { write: () => 'done' });
    const { failures } = failing(store, 2);
    expect(failures()).toEqual([['error', 'write returned no acknowledgments', 1]]);
  });

  it('of several letters only those are written again that were refused', () => {
    const store = new HandStore();
    store.write = (requests, context) => {
      store.writes.push({ requests, context });
      return requests.map(({ id, value }) =>
        store.writes.length < 4 && value.origin === 2 ? { id, ok: false, error: new Error('no') } : { id, ok: true },
      );
    };
    const { counts, until } = failing(store, 4);
    until(1000);
    const written = () => store.writes.map(({ requests }) => requests.map(({ value }) => value.origin));
    expect(written()).toEqual([[1], [2], [2, 3]]);
    until(3000);
    expect(written()).toEqual([[1], [2], [2, 3], [2]]);
    expect(counts()).toEqual({ deadLettered: 4, inFlight: 0, cancelled: 0 });
  });

  it('acknowledgments that are late, double or for nothing change nothing', () => {
    const store = new HandStore();
    const { counts, running } = failing(store, 3);
    store.writes[0]!.context.acknowledge({ id: 99, ok: true });
    store.answer(0);
    store.answer(0);
    expect(counts()).toEqual({ deadLettered: 2, inFlight: 1, cancelled: 0 });
    running.unsubscribe();
    store.answer(1);
    expect(counts()).toEqual({ deadLettered: 2, inFlight: 0, cancelled: 1 });
  });
});

describe('room in the queue while a letter waits for its destination', () => {
  it('takes what has not been written, and nothing is tried again for it', () => {
    const store = new HandStore();
    const { counts, controller, scheduler, seen } = failing(store, 2);
    store.answer(0, false);
    expect(controller.deadLetters.drain().map(({ origin }) => origin)).toEqual([0]);
    expect([counts().deadLettered, controller.deadLetters.size, controller.deadLetters.spilled]).toEqual([2, 1, 0]);
    expect([scheduler.actions, seen]).toEqual([[], ['|']]);
  });

  it('does not take what has been written: it would be there twice', () => {
    const store = new HandStore();
    const { counts, controller } = failing(store, 2);
    controller.deadLetters.drain();
    expect([counts().deadLettered, controller.deadLetters.size]).toEqual([1, 0]);
    store.answer(0);
    expect([counts().deadLettered, controller.deadLetters.size, controller.deadLetters.spilled]).toEqual([2, 0, 1]);
  });
});

describe('the end', () => {
  it('C9: unsubscribed while letters wait: the records are cancelled, the write is aborted, no timer is left', () => {
    const store = new HandStore();
    const { counts, running, scheduler } = failing(store, 3);
    store.answer(1, false);
    const { signal } = store.writes[0]!.context;
    running.unsubscribe();
    expect([counts(), signal.aborted, scheduler.actions]).toEqual([
      { deadLettered: 1, inFlight: 0, cancelled: 2 },
      true,
      [],
    ]);
  });

  it('closed with the controller, once; where letters wait, when none does any more', async () => {
    const store = new HandStore();
    const { controller } = failing(store, 2);
    controller.close();
    expect(store.events).not.toContain('close');
    store.answer(0);
    await controller[Symbol.asyncDispose]();
    expect(store.events).toEqual(['open', 'write 1', 'close']);
  });

  it('a destination that was never needed is neither opened nor closed', async () => {
    const store = new HandStore();
    const { controller } = failing(store, 1);
    await controller[Symbol.asyncDispose]();
    expect(store.events).toEqual([]);
  });

  it('asyncDispose waits for a close that takes its time', async () => {
    const store = new HandStore();
    let isClosed = false;
    Object.assign(store, { close: () => Promise.resolve().then(() => void (isClosed = true)) });
    const { controller } = failing(store, 2);
    store.answer(0);
    await controller[Symbol.asyncDispose]();
    expect(isClosed).toBe(true);
  });
});
