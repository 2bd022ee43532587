import { describe, expect, it } from '@jest/globals';
import { asyncScheduler, bufferCount, delay, map, NEVER, Observable, pipe, tap, timer } from 'rxjs';
import { callbackDestination } from '../../lib/destinations/callbackDestination.js';
import { batch } from '../../lib/operators/batch.js';
import { boundary } from '../../lib/operators/boundary.js';
import { expandStage } from '../../lib/operators/expandStage.js';
import { stage } from '../../lib/operators/stage.js';
import { serve, type Service } from '../../lib/sinks/serve.js';
import type { SubmitOutcome } from '../../lib/sinks/SubmitOutcome.js';
import { onBackpressureBuffer } from '../../lib/sources/onBackpressureBuffer.js';
import { asyncEgress } from '../../lib/stages/asyncEgress.js';
import { finalSink } from '../../lib/stages/finalSink.js';
import { gateway } from '../../lib/stages/gateway.js';
import { ingressProcessing } from '../../lib/stages/ingressProcessing.js';
import { keyGen } from '../../lib/stages/keyGen.js';
import { FlowTestScheduler, type FlowRunHelpers } from '../../lib/testing/index.js';
import { collectUnhandled } from '../credit/support/unhandled.js';
import { microtasks, Works } from '../operators/support/Works.js';
import { HandDestination } from '../stages/support/HandDestination.js';

const unhandled = collectUnhandled();
const inVirtualTime = <T>(test: (helpers: FlowRunHelpers) => T) => new FlowTestScheduler().run(test);

/** Submits each value with a signal of its own, and tells each outcome in a few words. */
class Callers<T, R> {
  private readonly aborts = new Map<T, AbortController>();
  readonly told: string[] = [];

  constructor(private readonly service: Service<T, R>) {}

  submit(...values: T[]): void {
    for (const value of values) {
      const abort = new AbortController();
      this.aborts.set(value, abort);
      void this.service.submit(value, { signal: abort.signal }).then((outcome: SubmitOutcome<R>) => {
        const code = 'code' in outcome ? ` ${outcome.code}` : '';
        this.told.push(`${String(value)} ${outcome.outcome}${code}`);
      });
    }
  }

  async abort(...values: T[]): Promise<void> {
    for (const value of values) this.aborts.get(value)?.abort();
    await microtasks();
  }
}

/** What each stage of a service holds, and what it cancelled. */
const held = (service: Service<never, unknown>) => service.ledger().stages.map((one) => one.held);
const settledHere = (service: Service<never, unknown>) => service.ledger().stages.map((one) => one.settledHere);

describe('one submission is withdrawn', () => {
  it('before it began: with an aborted signal it is not sent at all', async () => {
    const works = new Works<number>();
    const service = serve<number, number>(stage(works.start));
    const outcome = await service.submit(1, { signal: AbortSignal.abort('too late') });
    expect(outcome).toEqual({ outcome: 'cancelled', code: 'ABORTED', cause: 'too late', values: [] });
    expect([works.begun, service.inFlight, service.count().cancelled]).toEqual([[], 0, 1]);
  });

  it('while it waits for credit: it is not sent, and its place is free', async () => {
    const works = new Works<number>();
    const service = serve<number, number>(stage(works.start, { capacity: 1 }), { capacity: 3 });
    const callers = new Callers(service);
    callers.submit(1, 2, 3);
    await callers.abort(2);
    expect([callers.told, service.inFlight, service.waiting]).toEqual([['2 cancelled ABORTED'], 2, 1]);
    callers.submit(4);
    for (const n of [1, 3, 4]) await works.finish(n, n);
    expect(callers.told.slice(1)).toEqual(['1 delivered', '3 delivered', '4 delivered']);
    expect(works.begun).toEqual([1, 3, 4]);
  });

  it('after it was settled: nothing happens, and the listener is gone', async () => {
    const service = serve<number, number>(stage((n: number) => n));
    const callers = new Callers(service);
    callers.submit(1);
    await microtasks();
    await callers.abort(1);
    expect(callers.told).toEqual(['1 delivered']);
    expect(service.count()).toMatchObject({ submitted: 1, delivered: 1, cancelled: 0 });
  });

  it('twice, by its signal and its deadline at the same frame: once', async () => {
    await inVirtualTime(async () => {
      const abort = new AbortController();
      timer(5).subscribe(() => {
        abort.abort();
      });
      const service = serve<number, never>(stage(() => NEVER));
      expect(await service.submit(1, { signal: abort.signal, deadlineMs: 5 })).toMatchObject({ code: 'ABORTED' });
      expect(service.count()).toMatchObject({ submitted: 1, cancelled: 1 });
    });
  });

  it('inside its own delivery: what it was sent into lets go of it', async () => {
    const abort = new AbortController();
    const signals: AbortSignal[] = [];
    const process = (n: number, { signal }: { signal: AbortSignal }) => {
      signals.push(signal);
      return new Promise<number>(() => n);
    };
    const withdraw = tap<number>((n) => {
      if (n === 1) abort.abort();
    });
    const service = serve<number, number>(
      pipe(
        stage((n: number) => n),
        withdraw,
        asyncEgress({ process }),
      ),
    );
    expect(await service.submit(1, { signal: abort.signal })).toMatchObject({ outcome: 'cancelled', code: 'ABORTED' });
    await microtasks();
    expect([signals.map(({ aborted }) => aborted), service.ledger().inFlight]).toEqual([[true], 0]);
  });
});

describe('the stage that holds it lets go of it, and of nothing else', () => {
  it('asyncEgress: its operation is aborted, with the reason, and the next one begins', async () => {
    const signals = new Map<number, AbortSignal>();
    const process = (n: number, { signal }: { signal: AbortSignal }) => {
      signals.set(n, signal);
      return new Promise<number>((resolve, reject) => {
        signal.addEventListener('abort', () => {
          reject(signal.reason as Error);
        });
        if (n > 2) resolve(n);
      });
    };
    const service = serve<number, number>(asyncEgress({ process, maxConcurrentOperations: 2 }));
    const callers = new Callers(service);
    callers.submit(1, 2, 3);
    await callers.abort(1);
    expect(callers.told).toEqual(['1 cancelled ABORTED', '3 delivered']);
    expect([signals.get(1)?.aborted, signals.get(2)?.aborted]).toEqual([true, false]);
    expect(signals.get(1)?.reason).toMatchObject({ code: 'ABORTED' });
    expect(service.ledger()).toMatchObject({
      in: 3,
      cancelled: 1,
      delivered: 1,
      inFlight: 1,
      codes: { cancelled: { ABORTED: 1 } },
    });
    expect(unhandled).toEqual([]);
  });

  it('asyncEgress: in its inbox, in a delay between attempts, and behind others of its key', async () => {
    await inVirtualTime(async ({ advance }) => {
      const calls: string[] = [];
      const process = (value: string, { attempt }: { attempt: number }) => {
        calls.push(`${asyncScheduler.now()} ${value}${attempt}`);
        if (value === 'a') throw new Error('again');
        return timer(50).pipe(map(() => value));
      };
      const service = serve<string, string>(
        pipe(
          keyGen({ keySelector: (value: string) => value.slice(0, 1) }),
          asyncEgress({ process, order: 'perKey', baseRetryDelayMs: 20, jitter: 'none', maxConcurrentOperations: 2 }),
        ),
      );
      const callers = new Callers(service);
      callers.submit('a', 'b1', 'b2', 'b3', 'c');
      await advance(10);
      await callers.abort('a', 'b2');
      expect(callers.told).toEqual(['a cancelled ABORTED', 'b2 cancelled ABORTED']);
      await advance(200);
      expect(calls).toEqual(['0 a1', '0 b11', '10 c1', '50 b31']);
      expect(callers.told.slice(2)).toEqual(['b1 delivered', 'c delivered', 'b3 delivered']);
      expect(held(service)).toEqual([0, 0]);
    });
  });

  it('asyncEgress in order of input: those behind it leave in their order', async () => {
    const works = new Works<number>();
    const options = { process: works.start, order: 'input', maxConcurrentOperations: 3 } as const;
    const callers = new Callers(serve<number, number>(asyncEgress(options)));
    callers.submit(1, 2, 3);
    await works.finish(2, 2);
    await callers.abort(2);
    await works.finish(3, 3);
    expect(callers.told).toEqual(['2 cancelled ABORTED']);
    await callers.abort(1);
    expect(callers.told).toEqual(['2 cancelled ABORTED', '1 cancelled ABORTED', '3 delivered']);
  });

  it('stage: an inner Observable is unsubscribed and its place taken by the next', async () => {
    const open = new Set<number>();
    const project = (n: number) =>
      new Observable<number>(() => {
        open.add(n);
        return () => open.delete(n);
      });
    const service = serve<number, number>(stage(project, { concurrency: 2 }));
    const callers = new Callers(service);
    callers.submit(1, 2, 3);
    await callers.abort(1);
    expect([[...open], held(service), settledHere(service)]).toEqual([[2, 3], [2], [1]]);
  });

  it('stage: a promise keeps its place until it ends, and what it rejects with fails nothing', async () => {
    const works = new Works<number>();
    const service = serve<number, number>(stage((n: number, { signal }) => (void signal, works.start(n))));
    const callers = new Callers(service);
    callers.submit(1, 2);
    await callers.abort(1);
    expect([callers.told, works.begun, service.ledger().inFlight]).toEqual([['1 cancelled ABORTED'], [1], 1]);
    await works.fail(1, new Error('aborted'));
    expect(works.begun).toEqual([1, 2]);
    await works.finish(2, 2);
    expect([callers.told[1], service.isOpen, held(service), settledHere(service)]).toEqual([
      '2 delivered',
      true,
      [0],
      [1],
    ]);
    callers.submit(3, 4);
    await callers.abort(3);
    await works.finish(3, 3);
    await works.finish(4, 4);
    expect(callers.told.slice(2)).toEqual(['3 cancelled ABORTED', '4 delivered']);
  });

  it.each(['none', { perKey: (n: number) => n % 2 }] as const)('stage, in its inbox, order %p', async (order) => {
    const works = new Works<number>();
    const service = serve<number, number>(stage(works.start, { order }));
    const callers = new Callers(service);
    callers.submit(1, 2, 3, 4);
    await callers.abort(3, 2);
    expect(held(service)).toEqual([2]);
    await works.finish(1, 1);
    await works.finish(4, 4);
    expect([works.begun, callers.told.slice(2)]).toEqual([
      [1, 4],
      ['1 delivered', '4 delivered'],
    ]);
  });

  it('gateway: it takes no token, and gives its place among the unsettled back at once', async () => {
    const works = new Works<number>();
    const service = serve<number, number>(
      pipe(gateway<number>({ maxConcurrentRequests: 2 }), asyncEgress({ process: works.start })),
    );
    const callers = new Callers(service);
    callers.submit(1, 2, 3, 4);
    await callers.abort(3, 1);
    expect(works.begun).toEqual([1, 2, 4]);
    expect(callers.told).toEqual(['3 cancelled ABORTED', '1 cancelled ABORTED']);
  });

  it('keyGen, ingressProcessing and a buffer: in their inboxes', async () => {
    const works = new Works<number>();
    const one = { capacity: 1 } as const;
    const service = serve<number, number>(
      pipe(
        onBackpressureBuffer<number>({ capacity: 2 }),
        keyGen<number>({ keySelector: (n) => n, ...one }),
        ingressProcessing<number>({ ...one }),
        stage(works.start, one),
      ),
    );
    const callers = new Callers(service);
    callers.submit(1, 2, 3, 4, 5);
    expect(held(service)).toEqual([2, 1, 1, 1]);
    await callers.abort(2, 3, 5);
    for (const n of [1, 4]) await works.finish(n, n);
    expect([works.begun, callers.told.slice(3)]).toEqual([
      [1, 4],
      ['1 delivered', '4 delivered'],
    ]);
    expect([held(service), service.ledger().inFlight]).toEqual([[0, 0, 0, 0], 0]);
  });

  it('keyGen: the record of a moved key that waits for the others of its key', async () => {
    const keys = Array.from({ length: 100 }, (_, n) => n);
    const partitions: (number | undefined)[] = [];
    const keySelector = (n: number) => n % 100;
    const probe = serve<number, number>(
      pipe(
        keyGen({ keySelector, numberOfPartitions: 2 }),
        stage((n: number, { record }) => ((partitions[n] = record.partition), n)),
      ),
    );
    await Promise.all(keys.map((n) => probe.submit(n)));
    const [one = 0, other = 0] = keys.filter((n) => partitions[n] === 0);
    const works = new Works<number>();
    const service = serve<number, number>(
      pipe(
        keyGen({ keySelector, numberOfPartitions: 2, loadImbalanceThreshold: 10, capacity: 1000 }),
        stage(works.start, { concurrency: 1000, order: 'none' }),
      ),
      { capacity: 1000 },
    );
    const callers = new Callers(service);
    // Two hot keys of one partition, until one of them is moved: its next record waits, and all behind it.
    const sent: number[] = [];
    while ((held(service)[0] ?? 0) < 2 && sent.length < 900) {
      sent.push((sent.length % 2 === 0 ? one : other) + 100 * sent.length);
      callers.submit(...sent.slice(-1));
      await microtasks();
    }
    const [waiting = -1, behind = -1] = sent.slice(-2);
    expect(works.begun).toEqual(sent.slice(0, -2));
    await callers.abort(waiting);
    expect([callers.told, works.begun.at(-1), held(service)[0]]).toEqual([
      [`${String(waiting)} cancelled ABORTED`],
      behind,
      0,
    ]);
  });

  it('ingressProcessing: bufferTimeoutMs counts anew for the record behind it', async () => {
    await inVirtualTime(async ({ advance }) => {
      const preprocess = (n: number) => timer(1000).pipe(map(() => n));
      const options = { preprocess, bufferTimeoutMs: 50, onBufferTimeout: 'reject' } as const;
      const service = serve<number, number>(ingressProcessing(options as never));
      const abort = new AbortController();
      const when: string[] = [];
      void service.submit(1);
      void service.submit(2, { signal: abort.signal });
      void service.submit(3).then(({ outcome }) => when.push(`${outcome} ${asyncScheduler.now()}`));
      await advance(30);
      abort.abort();
      await advance(100);
      expect(when).toEqual(['rejected 80']);
    });
  });

  it('batch: it is no member, and a batch of nobody else does not leave early', async () => {
    await inVirtualTime(async ({ advance }) => {
      const batches: string[] = [];
      const service = serve<number, number>(
        pipe(
          batch<number>({ maxSize: 3, maxWaitMs: 20 }),
          stage((members) => (batches.push(`${asyncScheduler.now()} ${members.join()}`), members.length)),
        ),
      );
      const callers = new Callers(service);
      callers.submit(1);
      await callers.abort(1);
      await advance(10);
      callers.submit(2, 3);
      await callers.abort(2);
      await advance(50);
      expect(batches).toEqual(['30 3']);
      expect(callers.told).toEqual(['1 cancelled ABORTED', '2 cancelled ABORTED', '3 delivered']);
    });
  });

  it('a batch that is in work goes on with it; its outcome is cancelled all the same', async () => {
    const works = new Works<string>();
    const join = map((members: readonly number[]) => members.join());
    const service = serve<number, string>(pipe(batch<number>({ maxSize: 2 }), join, stage(works.start)));
    const callers = new Callers(service);
    callers.submit(1, 2);
    await callers.abort(1);
    await works.finish('1,2', 'done');
    expect(callers.told).toEqual(['1 cancelled ABORTED', '2 delivered']);
    expect(service.ledger()).toMatchObject({ in: 2, cancelled: 1, delivered: 1 });
  });

  it('expandStage: its flow is unsubscribed', async () => {
    const open = new Set<number>();
    const project = (n: number) =>
      new Observable<number>((subscriber) => {
        subscriber.next(n);
        open.add(n);
        return () => open.delete(n);
      });
    const service = serve<number, number>(expandStage(project, { concurrency: 1 }));
    const callers = new Callers(service);
    callers.submit(1, 2);
    await callers.abort(1);
    // The first of the two stages in the books is that of the flow that was opened for the record.
    expect([[...open], held(service)]).toEqual([[2], [0, 1]]);
    expect(service.ledger()).toMatchObject({ inFlight: 1, cancelled: 1 });
  });

  it('finalSink: its write is aborted, and a late acknowledgment harms nobody', async () => {
    const hand = new HandDestination<number>();
    const strays: string[] = [];
    const service = serve<number, number>(
      finalSink({ destination: hand, onStrayAcknowledgment: (stray) => strays.push(stray) }),
    );
    const callers = new Callers(service);
    await microtasks();
    callers.submit(1, 2);
    await microtasks();
    await callers.abort(1);
    expect(hand.contexts.map(({ signal }) => signal.aborted)).toEqual([true, false]);
    hand.ok(1, 2);
    await microtasks();
    expect([callers.told, strays]).toEqual([['1 cancelled ABORTED', '2 delivered'], ['late']]);
    expect(held(service)).toEqual([0]);
  });

  it('finalSink: a write of several goes on for the others', async () => {
    const hand = new HandDestination<number>();
    const service = serve<number, number>(finalSink({ destination: hand, batch: { maxSize: 2 } }));
    const callers = new Callers(service);
    await microtasks();
    callers.submit(1, 2, 3);
    await microtasks();
    await callers.abort(1, 3);
    expect(hand.contexts.map(({ signal }) => signal.aborted)).toEqual([false]);
    hand.ok(2);
    await microtasks();
    expect(callers.told).toEqual(['1 cancelled ABORTED', '3 cancelled ABORTED', '2 delivered']);
    expect(held(service)).toEqual([0]);
  });

  it('finalSink: acknowledged, and waiting for credit below', async () => {
    const works = new Works<number>();
    const destination = callbackDestination<number>(() => undefined);
    const service = serve<number, number>(pipe(finalSink({ destination }), stage(works.start, { capacity: 1 })));
    const callers = new Callers(service);
    await microtasks();
    callers.submit(1, 2, 3);
    await microtasks();
    await callers.abort(2);
    expect(held(service)).toEqual([1, 1]);
    await works.finish(1, 1);
    await works.finish(3, 3);
    expect([works.begun, callers.told]).toEqual([
      [1, 3],
      ['2 cancelled ABORTED', '1 delivered', '3 delivered'],
    ]);
  });

  it('finalSink: maxWaitMs of a batch counts anew where it was the only member', async () => {
    await inVirtualTime(async ({ advance }) => {
      const written: string[] = [];
      const destination = callbackDestination<number>(
        (values) => void written.push(`${asyncScheduler.now()} ${values.join()}`),
        { batch: true },
      );
      const service = serve<number, number>(finalSink({ destination, batch: { maxSize: 2, maxWaitMs: 20 } }));
      const callers = new Callers(service);
      await advance(0);
      callers.submit(1);
      await callers.abort(1);
      await advance(10);
      callers.submit(2);
      await advance(50);
      expect([written, callers.told]).toEqual([['30 2'], ['1 cancelled ABORTED', '2 delivered']]);
    });
  });

  it.each(['stage', 'asyncEgress'] as const)('%s in order per key: the next of its key begins', async (name) => {
    const begun: string[] = [];
    const open = (value: string) =>
      new Observable<string>(() => {
        begun.push(value);
      });
    const perKey = (value: string) => value.slice(0, 1);
    const pipeline =
      name === 'stage'
        ? stage(open, { concurrency: 2, order: { perKey } })
        : pipe(keyGen({ keySelector: perKey }), asyncEgress({ process: open, order: 'perKey' }));
    const callers = new Callers(serve<string, string>(pipeline));
    callers.submit('a1', 'a2');
    await callers.abort('a1');
    expect([begun, callers.told]).toEqual([['a1', 'a2'], ['a1 cancelled ABORTED']]);
  });

  it('finalSink: between its attempts', async () => {
    const hand = new HandDestination<number>();
    const service = serve<number, number>(finalSink({ destination: hand, attempts: 3, maxPendingAcknowledgments: 1 }));
    const callers = new Callers(service);
    await microtasks();
    callers.submit(1, 2);
    await microtasks();
    hand.refuse(1);
    await callers.abort(1);
    expect(callers.told).toEqual(['1 cancelled ABORTED']);
    expect(service.ledger()).toMatchObject({ cancelled: 1, inFlight: 1 });
  });

  it('boundary: the operator keeps it, and it settles as cancelled when it comes out', async () => {
    await inVirtualTime(async ({ advance }) => {
      const service = serve<number, number>(boundary(delay<number>(30), { inFlight: 2 }));
      const callers = new Callers(service);
      callers.submit(1, 2, 3);
      await advance(10);
      await callers.abort(1, 3);
      expect([callers.told, service.ledger().inFlight]).toEqual([['1 cancelled ABORTED', '3 cancelled ABORTED'], 2]);
      await advance(30);
      expect(callers.told.slice(2)).toEqual(['2 delivered']);
      expect(service.ledger()).toMatchObject({ in: 2, cancelled: 1, delivered: 1, inFlight: 0 });
    });
  });

  it('P3: what an operator of a link holds settles as that operator lets it', async () => {
    const service = serve<number, readonly number[]>(
      pipe(
        bufferCount<number>(2),
        stage((both) => both),
      ),
    );
    const callers = new Callers(service);
    callers.submit(1, 2);
    await microtasks();
    expect(callers.told).toEqual(['1 filtered', '2 delivered']);
  });
});

describe('an upload queue', () => {
  interface Upload {
    readonly name: string;
    readonly chunks: number;
  }

  it('shows the progress of each file, cancels one, and uploads the others', async () => {
    await inVirtualTime(async ({ advance }) => {
      const stored: string[] = [];
      const sent: string[] = [];
      // Two files at a time, 10 ms a chunk; a chunk that is not acknowledged within 15 ms is an error.
      const upload = (
        { name, chunks }: Upload,
        { signal, progress }: { signal: AbortSignal; progress: (f: number) => void },
      ) =>
        new Promise<string>((resolve, reject) => {
          const ticks = timer(10, 10).subscribe((n) => {
            sent.push(name);
            progress((n + 1) / chunks);
            if (n + 1 < chunks) return;
            ticks.unsubscribe();
            resolve(`/files/${name}`);
          });
          signal.addEventListener('abort', () => {
            ticks.unsubscribe();
            reject(signal.reason as Error);
          });
        });
      const queue = serve<Upload, string>(
        pipe(
          asyncEgress({ process: upload, maxConcurrentOperations: 2, operationTimeoutMs: 15, order: 'none' }),
          finalSink({ destination: callbackDestination((path: string) => void stored.push(path)) }),
        ),
        { capacity: 10 },
      );

      const bars = new Map<string, number[]>();
      const cancel = new AbortController();
      const add = (name: string, chunks: number, signal?: AbortSignal) => {
        const bar: number[] = [];
        bars.set(name, bar);
        return queue.submit({ name, chunks }, { signal, onProgress: (fraction) => bar.push(fraction) });
      };
      const outcomes = [add('a', 2), add('film', 100, cancel.signal), add('b', 4)];
      await advance(25);
      expect([...bars.values()]).toEqual([[0.5, 1], [0.01, 0.02], []]);
      cancel.abort();
      const results = await Promise.all(outcomes);
      expect(results.map(({ outcome }) => outcome)).toEqual(['delivered', 'cancelled', 'delivered']);
      expect(stored).toEqual(['/files/a', '/files/b']);
      expect(bars.get('film')).toEqual([0.01, 0.02]);
      expect(bars.get('b')).toEqual([0.25, 0.5, 0.75, 1]);
      expect(sent.filter((name) => name === 'film')).toHaveLength(2);
      await queue.close();
    });
  });
});
