import type { DeepWork } from './contenders/deep.js';
import type { StageWork } from './contenders/readyStages.js';
import type { AsyncWork, PassWork, SlowWork, SyncWork } from './contenders/work.js';

/** One implementation of a row's work. It is loaded only in the process that measures it. */
export interface Contender<Work> {
  readonly name: string;
  readonly load: () => Promise<Work>;
  /** It is left out where there are more records than this, and the report says so. */
  readonly atMost?: number;
}

interface RowShape<Kind extends string, Work> {
  readonly id: string;
  readonly kind: Kind;
  readonly title: string;
  /** What is measured, in a sentence or two for the report. */
  readonly explanation: string;
  /** How many records, one run for each number. */
  readonly sizes: readonly number[];
  readonly quickSizes: readonly number[];
  readonly rounds: number;
  /** The contenders that all others are compared with: Sluice's. */
  readonly ours: readonly string[];
  readonly contenders: readonly Contender<Work>[];
}

export type SyncRow = RowShape<'sync', SyncWork>;
export type AsyncRow = RowShape<'async', AsyncWork>;
export type SlowRow = RowShape<'slow', SlowWork>;
export type DeepRow = RowShape<'deep', DeepWork>;
export type PassRow = RowShape<'pass', PassWork>;
export type StageRow = RowShape<'stage', StageWork>;
export type Row = SyncRow | AsyncRow | SlowRow | DeepRow | PassRow | StageRow;

const sluice = () => import('./contenders/sluice.js');
const rxjs = () => import('./contenders/rxjs.js');
const effect = () => import('./contenders/effect.js');
const nodeStreams = () => import('./contenders/nodeStreams.js');
const pMap = () => import('./contenders/pMap.js');
const pQueue = () => import('./contenders/pQueue.js');
const streamingIterables = () => import('./contenders/streamingIterables.js');
const readyStages = () => import('./contenders/readyStages.js');
const fanOut = () => import('./contenders/fanOut.js');
const deep = () => import('./contenders/deep.js');

const FIVE_MAPS: readonly Contender<SyncWork>[] = [
  { name: 'RxJS map, range', load: async () => (await rxjs()).syncRange },
  { name: 'RxJS map, iterable', load: async () => (await rxjs()).syncIterable },
  { name: 'RxJS map, hand-written source', load: async () => (await rxjs()).syncObservable },
  { name: 'Effect Stream.map, runForEach', load: async () => (await effect()).syncForEach },
  { name: 'Effect Stream.map, runFold', load: async () => (await effect()).syncFold },
];

export const fiveStages: SyncRow = {
  id: 'five-stages',
  kind: 'sync',
  title: 'Five synchronous stages',
  explanation:
    'Each record goes through five operators that add one, and is summed up at the end. Credits and the checks for ' +
    'broken links are on, nobody asks for a ledger. RxJS `map` has no back pressure: it is what the operators ' +
    'themselves cost. The iterable and the hand-written source are the same for Sluice and for RxJS; `range` is the ' +
    'fastest source RxJS has.',
  sizes: [1_000_000],
  quickSizes: [100_000],
  rounds: 9,
  ours: ['Sluice, fromPull', 'Sluice, hand-written Flowable'],
  contenders: [
    { name: 'Sluice, fromPull', load: async () => (await sluice()).syncFromPull },
    { name: 'Sluice, hand-written Flowable', load: async () => (await sluice()).syncFlowable },
    ...FIVE_MAPS,
    { name: 'Node object streams', load: async () => (await nodeStreams()).sync },
  ],
};

export const permits: SyncRow = {
  id: 'permits',
  kind: 'sync',
  title: 'Five synchronous stages with ledger and permits',
  explanation:
    'The same through `run(flow)`: each record has a context with a permit, and an outcome in the ledger. With ' +
    '`control`, a controller looks at every stage besides. The others keep no books.',
  sizes: [1_000_000],
  quickSizes: [100_000],
  rounds: 9,
  ours: ['Sluice, run(flow)', 'Sluice, run(flow), control'],
  contenders: [
    { name: 'Sluice, run(flow)', load: async () => (await sluice()).permits },
    { name: 'Sluice, run(flow), control', load: async () => (await sluice()).permitsControlled },
    ...FIVE_MAPS,
  ],
};

export const asyncFifty: AsyncRow = {
  id: 'async-50',
  kind: 'async',
  title: 'Asynchronous work, 50 at a time',
  explanation:
    'Each record is handed to a function that returns `Promise.resolve(n)`, so that what is measured is the machine ' +
    'around the work. No order is asked for where a library can do without. The queue of `mergeMap` takes quadratic ' +
    'time: it is left out where there are more than 10⁵ records.',
  sizes: [10_000, 100_000, 1_000_000],
  quickSizes: [10_000, 100_000],
  rounds: 5,
  ours: ['Sluice stage', 'Sluice asyncEgress'],
  contenders: [
    { name: 'Sluice stage', load: async () => (await sluice()).async },
    { name: 'Sluice asyncEgress', load: async () => (await sluice()).asyncEgressWork },
    { name: 'p-map', load: async () => (await pMap()).async },
    { name: 'p-map pMapIterable', load: async () => (await pMap()).asyncIterable },
    { name: 'p-queue', load: async () => (await pQueue()).async },
    { name: 'streaming-iterables transform', load: async () => (await streamingIterables()).async },
    { name: 'Node Readable.map', load: async () => (await nodeStreams()).async },
    { name: 'Effect Stream.mapEffect', load: async () => (await effect()).async },
    { name: 'RxJS mergeMap', load: async () => (await rxjs()).async, atMost: 100_000 },
  ],
};

export const slowSink: SlowRow = {
  id: 'slow-sink',
  kind: 'slow',
  title: 'Live records while the sink is slow',
  explanation:
    'The source could give all records at once; the sink takes 50 at a time and acknowledges them once per turn of ' +
    'the event loop. Live is what has been taken from the source and not yet been acknowledged. The heap is measured ' +
    'after a full garbage collection, before the first record and ten times on the way; what is shown is how much it ' +
    'had grown at most. `mergeMap` is cancelled when its peak is past, and never gets to the later ones of the ten.',
  sizes: [1_000_000, 10_000_000],
  quickSizes: [100_000],
  rounds: 3,
  ours: ['Sluice stage'],
  contenders: [
    { name: 'Sluice stage', load: async () => (await sluice()).slow },
    { name: 'p-map', load: async () => (await pMap()).slow, atMost: 1_000_000 },
    { name: 'p-map pMapIterable', load: async () => (await pMap()).slowIterable, atMost: 1_000_000 },
    { name: 'p-queue, onSizeLessThan(100)', load: async () => (await pQueue()).slow, atMost: 1_000_000 },
    { name: 'p-queue, add', load: async () => (await pQueue()).slowUnbounded, atMost: 1_000_000 },
    { name: 'streaming-iterables transform', load: async () => (await streamingIterables()).slow, atMost: 1_000_000 },
    { name: 'Node Readable.forEach', load: async () => (await nodeStreams()).slow, atMost: 1_000_000 },
    { name: 'Effect Stream.mapEffect', load: async () => (await effect()).slow, atMost: 1_000_000 },
    { name: 'RxJS mergeMap', load: async () => (await rxjs()).slow, atMost: 1_000_000 },
  ],
};

/** How many operators the long pipeline has. */
export const DEEP_STAGES = 1000;

export const thousandStages: DeepRow = {
  id: 'thousand-stages',
  kind: 'deep',
  title: 'A thousand stages in a row',
  explanation:
    `${DEEP_STAGES} synchronous stages on the default stack: subscribe, carry the records, cancel an endless source. ` +
    'RxJS `map` is not in this table: of so many in a row none hands on a single record, the stack is too short.',
  sizes: [100_000],
  quickSizes: [10_000],
  rounds: 5,
  ours: ['Sluice stage'],
  contenders: [{ name: 'Sluice stage', load: async () => (await deep()).sluice }],
};

const CLASSIC = {
  plain: 'Sluice, controller on',
  perKey: 'Sluice, controller on, order per key',
};

export const classicPipeline: PassRow = {
  id: 'classic-pipeline',
  kind: 'pass',
  title: 'The five ready stages as one pipeline',
  explanation:
    'gateway (a rate and 1,000 records in flight) → keyGen (1,000 keys, 64 partitions) → ingressProcessing (a check) → ' +
    'asyncEgress (50 at a time, a promise that resolves at once, three attempts) → finalSink (a callback), under a ' +
    'controller, with the ledger of `run`. No limit of rate is ever reached. In Effect Stream: `throttle`, a `map` to the ' +
    'partition, `filterMap` with the same check, `mapEffect` 50 at a time with `Effect.retry` and `Effect.result`, ' +
    '`runForEach`; nothing there watches, counts, or bounds what is in flight. Once more without retries and without ' +
    'keeping failures, which is the least that `mapEffect` costs; and with the order within a key kept, which takes ' +
    '`groupByKey` there and `order` here.',
  sizes: [100_000],
  quickSizes: [20_000],
  rounds: 5,
  ours: [CLASSIC.plain, CLASSIC.perKey],
  contenders: [
    { name: CLASSIC.plain, load: async () => (await sluice()).classic },
    { name: CLASSIC.perKey, load: async () => (await sluice()).classicPerKey },
    { name: 'Effect Stream', load: async () => (await effect()).classic },
    { name: 'Effect Stream, no retries', load: async () => (await effect()).classicBare },
    { name: 'Effect Stream, order per key', load: async () => (await effect()).classicPerPartition },
  ],
};

export const eachStage: StageRow = {
  id: 'each-stage',
  kind: 'stage',
  title: 'Each ready stage by itself',
  explanation:
    'Trivial work, no controller. First as fast as it goes. Then records come at half that rate (or at half of what a ' +
    'source that keeps the time can give), each at a time of its own, whether the stage is ready or not, and the ' +
    'latency is counted from that time until the record has left the stage; of the runs of 50 ms the ' +
    'best one counts, as with speeds. FLINK.NET states 1,000–2,000 records/s and 5–20 ms for each of these ' +
    'stages, without a benchmark in its repository: the last column compares with 2,000.',
  sizes: [1_000_000],
  quickSizes: [100_000],
  rounds: 5,
  ours: ['gateway', 'keyGen', 'ingressProcessing', 'asyncEgress', 'finalSink'],
  contenders: [
    { name: 'gateway', load: async () => (await readyStages()).gatewayWork },
    { name: 'keyGen', load: async () => (await readyStages()).keyGenWork },
    { name: 'ingressProcessing', load: async () => (await readyStages()).ingressProcessingWork },
    { name: 'asyncEgress', load: async () => (await readyStages()).asyncEgressWork },
    { name: 'finalSink', load: async () => (await readyStages()).finalSinkWork },
  ],
};

export const keysAndPartitions: PassRow = {
  id: 'keys-and-partitions',
  kind: 'pass',
  title: 'keyGen with few and with many keys and partitions',
  explanation: 'Keys are texts of the same length, made beforehand. With 10⁶ keys each record has a key of its own.',
  sizes: [1_000_000],
  quickSizes: [1_000_000],
  rounds: 5,
  ours: ['10 keys, 10 partitions'],
  contenders: [
    { name: '10 keys, 10 partitions', load: async () => (await sluice()).keyGenWith(10, 10) },
    { name: '10⁶ keys, 10 partitions', load: async () => (await sluice()).keyGenWith(1_000_000, 10) },
    { name: '10 keys, 10⁴ partitions', load: async () => (await sluice()).keyGenWith(10, 10_000) },
    { name: '10⁶ keys, 10⁴ partitions', load: async () => (await sluice()).keyGenWith(1_000_000, 10_000) },
  ],
};

export const eightBranches: PassRow = {
  id: 'eight-branches',
  kind: 'pass',
  title: 'Each record to eight subscribers',
  explanation:
    'The same iterable, and eight subscribers that sum up what they get. `broadcast` asks each of them before each ' +
    'record whether it is ready; `share` has no back pressure.',
  sizes: [1_000_000],
  quickSizes: [100_000],
  rounds: 5,
  ours: ['Sluice broadcast'],
  contenders: [
    { name: 'Sluice broadcast', load: async () => (await fanOut()).broadcastWork },
    { name: 'RxJS share', load: async () => (await fanOut()).shareWork },
  ],
};

export const ROWS: readonly Row[] = [
  fiveStages,
  permits,
  asyncFifty,
  classicPipeline,
  eachStage,
  keysAndPartitions,
  eightBranches,
  slowSink,
  thousandStages,
];
