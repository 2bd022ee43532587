import { Readable } from 'node:stream';
import { debounceTime, defer, delay, EMPTY, map, merge, of, timer, type OperatorFunction } from 'rxjs';
import * as sluice from '../../lib/index.js';
import { toReadable } from '../../lib/node/toReadable.js';
import { fromPublisher, toProcessor, toPublisher } from '../../lib/reactiveStreams.js';
import type { LawSubject, SourceSubject } from '../../lib/testing/index.js';
import { FAN_IN } from './fanIn.js';
import { READY_STAGES } from './readyStages.js';
import type { WatchedInput } from '../../lib/testing/laws/sources/WatchedInput.js';

const {
  balance,
  batch,
  boundary,
  broadcast,
  expandStage,
  fromPull,
  inline,
  onBackpressureBuffer,
  onBackpressureDrop,
  onBackpressureLatest,
  stage,
  toReadableStream,
} = sluice;

const odd = (inputs: readonly number[]) => inputs.filter((n) => n % 2 === 1);
const later = (ms: number, n: number) => timer(ms).pipe(map(() => n));

/** A stage, one result for each record, unless it says otherwise. */
const staged = (
  name: string,
  make: () => OperatorFunction<number, unknown>,
  capacity: number,
  more: Partial<LawSubject> = {},
): LawSubject => ({ name, make, capacity, keepsRecords: true, ...more });

const stages: LawSubject[] = [
  staged('stage, synchronous', () => stage((n: number) => n, { capacity: 4 }), 4),
  staged('stage, one place', () => stage((n: number) => n, { capacity: 1 }), 1),
  staged('stage, by default', () => stage((n: number) => n), 256),
  staged('stage, told about the record', () => stage((n: number, { index }) => n + 0 * index, { capacity: 4 }), 4),
  staged('stage, resolved promises', () => stage(async (n: number) => n, { capacity: 5, concurrency: 3 }), 5, {
    asynchronous: true,
  }),
  staged('stage, in order of input', () => stage((n: number) => later(n % 5, n), { capacity: 6, concurrency: 4 }), 6, {
    asynchronous: true,
  }),
  staged(
    'stage, in no order',
    () => stage((n: number) => later(n % 5, n), { capacity: 6, concurrency: 4, order: 'none' }),
    6,
    { asynchronous: true, order: 'none' },
  ),
  staged(
    'stage, in order per key',
    () => stage((n: number) => later(n % 5, n), { capacity: 6, concurrency: 3, order: { perKey: (n) => n % 3 } }),
    6,
    { asynchronous: true, order: { perKey: (n) => (n as number) % 3 } },
  ),
  staged(
    'stage, per key and synchronous',
    () => stage((n: number) => n, { capacity: 4, order: { perKey: (n) => n % 3 } }),
    4,
  ),
  staged(
    'stage, dead letters',
    () =>
      stage(
        (n: number) => {
          if (n % 2 === 0) throw new Error('even');
          return n;
        },
        { capacity: 4, onFailure: 'deadLetter', onDeadLetter: () => undefined },
      ),
    4,
    { outputs: odd },
  ),
  staged(
    'stage, dead letters of promises',
    () =>
      stage((n: number) => (n % 2 === 0 ? Promise.reject(new Error('even')) : Promise.resolve(n)), {
        capacity: 4,
        concurrency: 2,
        onFailure: 'deadLetter',
        onDeadLetter: () => undefined,
      }),
    4,
    { outputs: odd, asynchronous: true },
  ),
  staged('stage, empty flows', () => stage((n: number) => (n % 2 === 0 ? EMPTY : of(n)), { capacity: 4 }), 4, {
    outputs: odd,
  }),
  staged('stage, overflow dropNewest', () => stage((n: number) => n, { capacity: 4, overflow: 'dropNewest' }), 4, {
    takesPushes: true,
  }),
  staged('stage, overflow dropOldest', () => stage((n: number) => n, { capacity: 4, overflow: 'dropOldest' }), 4, {
    takesPushes: true,
  }),
  staged('stage, overflow latest', () => stage((n: number) => n, { capacity: 4, overflow: 'latest' }), 4, {
    takesPushes: true,
  }),
  staged('stage, overflow reject', () => stage((n: number) => n, { capacity: 4, overflow: 'reject' }), 4, {
    takesPushes: true,
  }),
];

const twice = (inputs: readonly number[]) => inputs.flatMap((n) => [n, n + 0.5]);

const expansions: LawSubject[] = [
  staged('expandStage, arrays', () => expandStage((n: number) => [n, n + 0.5], { capacity: 4 }), 4, { outputs: twice }),
  staged(
    'expandStage, nothing or one',
    () => expandStage((n: number) => (n % 2 === 0 ? [] : [n]), { capacity: 4 }),
    4,
    {
      outputs: odd,
    },
  ),
  staged(
    'expandStage, flows at the same time',
    () => expandStage((n: number) => later(n % 3, n), { capacity: 4, concurrency: 2 }),
    4,
    { asynchronous: true, order: 'none' },
  ),
  staged(
    'expandStage, async generators',
    () =>
      expandStage(
        async function* (n: number) {
          yield n;
          yield n + 0.5;
        },
        { capacity: 3 },
      ),
    3,
    { asynchronous: true, outputs: twice },
  ),
];

const membersOf = (emitted: unknown) => emitted as readonly unknown[];

const batches: LawSubject[] = [
  staged('batch', () => batch({ maxSize: 3, capacity: 5 }), 5, { members: membersOf }),
  staged('batch of one', () => batch({ maxSize: 1, capacity: 1 }), 1, { members: membersOf }),
  staged('batch as large as its inbox', () => batch({ maxSize: 4, capacity: 4 }), 4, { members: membersOf }),
  staged('batch with a time', () => batch({ maxSize: 3, capacity: 5, maxWaitMs: 20 }), 5, { members: membersOf }),
];

const boundaries: LawSubject[] = [
  staged(
    'boundary of map',
    () =>
      boundary(
        map((n: number) => n),
        { inFlight: 4 },
      ),
    4,
  ),
  staged('boundary of delay', () => boundary(delay(3), { inFlight: 4 }), 4, { asynchronous: true }),
  staged('boundary of debounceTime', () => boundary(debounceTime(3), { inFlight: 4, lossy: true }), 4, {
    asynchronous: true,
    lossy: true,
  }),
];

/** Each of the records once in each branch, the branches joined again. */
const doubled = (inputs: readonly number[]) => inputs.flatMap((n) => [n, n + 0.5]);

/** A fan-out is shared by those who subscribe to it; the laws want one for each subscription of the whole. */
const forEach = (make: OperatorFunction<number, number>) => (): OperatorFunction<number, number> => (source) =>
  defer(() => make(source));

const broadcasts: LawSubject[] = [
  staged('broadcast to one branch', forEach(broadcast({ branches: 1, capacity: 4 })), 4),
  staged('broadcast to one branch, one place', forEach(broadcast({ branches: 1, capacity: 1 })), 1),
  staged(
    'broadcast to a branch with a queue',
    forEach((source) => broadcast(source, { branches: 1, capacity: 2 }).branch({ capacity: 2 })),
    4,
  ),
  staged(
    'broadcast to two branches, joined again',
    forEach((source) => {
      const flow = broadcast(source, { branches: 2, capacity: 4 });
      return merge(flow, flow.pipe(map((n) => n + 0.5)));
    }),
    4,
    { outputs: doubled, order: 'none' },
  ),
];

const MERGE_FAILS_EARLY = 'merge fails with the first of its flows that fails, whatever the others still hold';

const balances: LawSubject[] = [
  staged('balance to one branch', forEach(balance({ branches: 1, capacity: 4 })), 4),
  staged(
    'balance to three branches, joined again',
    forEach((source) => {
      const flow = balance(source, { branches: 3, capacity: 4 });
      return merge(flow, flow, flow);
    }),
    4,
  ),
  staged(
    'balance to two stages, joined again',
    forEach((source) => {
      const flow = balance(source, { branches: 2, capacity: 2 });
      const worker = () => flow.pipe(stage((n: number) => n, { capacity: 2 }));
      return merge(worker(), worker());
    }),
    6,
    {
      order: 'none',
      exempt: {
        'fails behind the records': MERGE_FAILS_EARLY,
        'begins anew with each subscription': MERGE_FAILS_EARLY,
        'can be re-entered': MERGE_FAILS_EARLY,
      },
    },
  ),
];

const links: Record<string, LawSubject[]> = {
  inline: [{ name: 'inline(map)', make: () => inline(map((n: number) => n)), keepsRecords: true }],
  withRecord: [
    {
      name: 'withRecord',
      make: () => (source) =>
        source.pipe(
          sluice.withRecord(),
          map(({ value }) => value),
        ),
      keepsRecords: true,
    },
  ],
};

const policies: Record<string, LawSubject[]> = {
  onBackpressureBuffer: [
    staged('onBackpressureBuffer', () => onBackpressureBuffer({ capacity: 4 }), 4),
    staged('onBackpressureBuffer, dropOldest', () => onBackpressureBuffer({ capacity: 4, overflow: 'dropOldest' }), 4, {
      takesPushes: true,
    }),
    staged('onBackpressureBuffer, dropNewest', () => onBackpressureBuffer({ capacity: 4, overflow: 'dropNewest' }), 4, {
      takesPushes: true,
    }),
  ],
  onBackpressureDrop: [staged('onBackpressureDrop', () => onBackpressureDrop(), 1, { takesPushes: true })],
  onBackpressureLatest: [staged('onBackpressureLatest', () => onBackpressureLatest(), 1, { takesPushes: true })],
};

/** A flow goes out over the border and comes in again. Contexts end there: on the other side a record is a new one. */
const borders: Record<string, LawSubject[]> = {
  toPublisher: [
    {
      name: 'fromPublisher(toPublisher(flow))',
      make: () => (source) => fromPublisher(toPublisher(source)),
    },
  ],
  toProcessor: [
    {
      name: 'toProcessor(stage) between a publisher and a subscriber',
      make: () => (source) =>
        defer(() => {
          const processor = toProcessor(stage((n: number) => n, { capacity: 4 }));
          toPublisher(source).subscribe(processor);
          return fromPublisher(processor);
        }),
      capacity: 4,
    },
  ],
};

/** Every operator of the barrel, by the name of its export, in the configurations that the laws are tried on. */
export const OPERATORS: Readonly<Record<string, readonly LawSubject[]>> = {
  stage: stages,
  expandStage: expansions,
  batch: batches,
  boundary: boundaries,
  broadcast: broadcasts,
  balance: balances,
  ...links,
  ...policies,
  ...borders,
  ...READY_STAGES,
  ...FAN_IN,
};

/** Every source of the barrel that is made of an input. */
export const SOURCES: Readonly<Record<string, readonly SourceSubject[]>> = {
  fromPull: [
    { name: 'fromPull(iterable)', make: (input) => fromPull(input) },
    { name: 'fromPull(iterator)', make: (input) => fromPull((input as WatchedInput)[Symbol.iterator]()), once: true },
    { name: 'fromPull(() => iterable)', make: (input) => fromPull(() => input) },
    {
      name: 'fromPull(() => async iterable)',
      make: (input) => fromPull(() => inLaterTurns(input)),
      asynchronous: true,
    },
    {
      name: 'fromPull(async iterable)',
      make: (input) => fromPull(inLaterTurns(input)),
      asynchronous: true,
      once: true,
    },
    {
      name: 'fromPull(() => ReadableStream)',
      make: (input) => fromPull(() => webStream(input)),
      asynchronous: true,
      ahead: 1,
    },
    {
      name: 'fromPull(() => Readable)',
      make: (input) => fromPull(() => Readable.from(input, { highWaterMark: 2 })),
      asynchronous: true,
      ahead: 3,
      exempt: { 'fails as its input fails': 'a Node stream that is destroyed drops what it has buffered' },
    },
    {
      name: 'fromPull(() => toReadable(flow))',
      make: (input) => fromPull(() => toReadable(fromPull(input), { highWaterMark: 2 })),
      asynchronous: true,
      ahead: 2,
    },
  ],
  toReadableStream: [
    ...[0, 1, 3].map((highWaterMark) => ({
      name: `fromPull(() => toReadableStream(flow)), highWaterMark ${String(highWaterMark)}`,
      make: (input: Iterable<number>) => fromPull(() => toReadableStream(fromPull(input), { highWaterMark })),
      asynchronous: true,
      ahead: highWaterMark,
    })),
  ],
  fromPublisher: [
    { name: 'fromPublisher', make: (input) => fromPublisher(toPublisher(fromPull(() => input))) },
    {
      name: 'fromPublisher, asynchronous',
      make: (input) => fromPublisher(toPublisher(fromPull(() => inLaterTurns(input)))),
      asynchronous: true,
    },
  ],
  Flowable: [
    {
      name: 'new Flowable',
      make: (input) =>
        new sluice.Flowable<number>((subscriber) => {
          const iterator = input[Symbol.iterator]();
          subscriber.add(() => iterator.return?.());
          subscriber.onDemand(() => {
            while (subscriber.balance > 0) {
              const item = iterator.next();
              if (item.done === true) subscriber.complete();
              else subscriber.next(item.value);
            }
          });
        }),
    },
  ],
};

function webStream(input: Iterable<number>): ReadableStream<number> {
  const iterator = input[Symbol.iterator]();
  return new ReadableStream({
    pull: (controller) => {
      const item = iterator.next();
      if (item.done === true) controller.close();
      else controller.enqueue(item.value);
    },
    cancel: () => void iterator.return?.(),
  });
}

async function* inLaterTurns(input: Iterable<number>): AsyncGenerator<number, void, void> {
  yield* input;
}

/** Exported functions that are neither operators nor sources, and what holds them to the rules instead. */
export const OTHERS: Readonly<Record<string, string>> = {
  CreditSubject: 'a consumer announces its grants with it; the sinks of the laws are made of it',
  FlowableSubscriber: 'what a Flowable is given; the laws of sources are tried on a Flowable',
  BroadcastFlowable: 'what broadcast makes, and tried with it',
  SluiceError: 'an error',
  RunError: 'an error',
  subscribeWithCredit: 'a sink, where flows end; the relay of the law kit is made of it',
  run: 'a sink, where flows end',
  serve: 'a sink, where flows end; spec/sinks/serve.properties-spec.ts holds it to one outcome for each submission',
  toAsyncIterable: 'a sink, where flows end',
  uncredited: 'takes a flow out of all credit, for notifiers',
  onSettled: 'tells a source what became of its records',
  mayCommit: 'a question about an outcome',
  control: 'stands below the last stage, where the laws have a sink with credit',
  sharedLimit: 'a bound that gateways share',
  PipelineBackPressureController: 'observes stages, and is no part of a flow',
  DeadLetterQueue: 'keeps letters, and is no part of a flow',
  callbackDestination: 'where finalSink writes to',
};
