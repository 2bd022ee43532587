import type { SluiceCode } from '../../lib/credit/SluiceError.js';
import type { Kind } from './Kind.js';

/** What the measurements of one variant must come to. */
export interface Expectation {
  readonly kind: Kind;
  /** What to write instead, or what to know. */
  readonly note: string;
  /** The error with which a stage below refuses it. */
  readonly code: SluiceCode | null;
  /** Under every load, and before any record that should not have come; or where a record comes too late or too much. */
  readonly isAlwaysRefused: boolean;
}

const table = new Map<string, Expectation>();

function expect(kind: Kind, names: readonly string[], note = '', code: SluiceCode | null = null, always = true): void {
  for (const name of names) {
    if (table.has(name)) throw new Error(`${name} is expected twice`);
    table.set(name, { kind, note, code, isAlwaysRefused: code !== null && always });
  }
}

// --- keeps credit ---

expect('keeps credit', [
  ...['map', 'mapTo', 'pluck', 'tap', 'filter', 'scan', 'take(5)', 'takeWhile(<5)', 'first', 'single', 'elementAt(3)'],
  ...['find', 'findIndex', 'every', 'isEmpty', 'skip(2)', 'skipWhile(<5)', 'distinct', 'distinctUntilChanged'],
  ...['distinctUntilKeyChanged', 'defaultIfEmpty', 'throwIfEmpty', 'finalize', 'materialize', 'dematerialize'],
  ...['timestamp', 'timeInterval', 'defer', 'iif', 'using', 'from(flow)', 'from(interoperable flow)', 'asObservable'],
  ...['observeOn(queue)', 'subscribeOn(asap)', 'subscribeOn(async)', 'mergeMap(of)', 'concatMap(of)', 'switchMap(of)'],
  ...['exhaustMap(of)', 'mergeScan', 'switchScan', 'combineLatest(of,flow)', 'withLatestFrom(of)', 'skipUntil(of)'],
  ...['takeUntil(timer)', 'takeUntil(fires at 5th)', 'takeUntil(fires at 15th)'],
]);
expect('keeps credit', ['startWith', 'endWith'], 'The records it adds use credit like any other.');
expect(
  'keeps credit',
  ['mergeMap([x,x,x])', 'concatMapTo', 'mergeMapTo', 'switchMapTo', 'expand(of)'],
  'Makes several records of one: what is too much is repaid before the source gives more. Where it is thousands, write `expandStage`.',
);
expect(
  'keeps credit',
  ['catchError->flow', 'retry', 'retry({delay:2ms})', 'retryWhen', 'retryWhen(timer)', 'repeat(3)', 'repeatWhen'],
  'The source is subscribed again: give `fromPull` a function, or a source that can be iterated twice.',
);
expect('keeps credit', [
  ...['repeat(async source)', 'onErrorResumeNextWith', 'onErrorResumeNext', 'onErrorResumeNext (operator)'],
  ...['concat', 'concat(async flow)', 'concatWith', 'concat (operator)', 'merge(concurrent 1)'],
  ...['mergeAll(flows)', 'concatAll(flows)', 'race', 'raceWith', 'race (operator)'],
]);
expect(
  'keeps credit',
  ['merge', 'mergeWith', 'merge (operator)', 'merge(async flow)'],
  'The flows take turns under back pressure; within each the order holds.',
);
expect(
  'keeps credit',
  ['takeUntil(flow)', 'takeUntil(filtered flow)', 'skipUntil(flow)', 'repeat({delay:flow})'],
  'The notifier is linked like a source, and waits while the stage is full: `uncredited(flow)` frees it.',
);
expect('keeps credit', ['partition+merge', 'partition (operator)+merge'], 'Reads the source twice, as in RxJS.');
expect(
  'keeps credit',
  [
    ...['windowCount(3)+mergeAll', 'windowCount(3)+concatAll', 'window(flow)+mergeAll', 'window(timer)+mergeAll'],
    ...['windowToggle(flow)+mergeAll', 'windowWhen(flow)+mergeAll', 'windowTime+mergeAll', 'groupBy+mergeMap'],
  ],
  'The inner Observables are flattened in the same link.',
);
expect(
  'keeps credit',
  ['groupBy+concatMap'],
  'RxJS drops the records of groups that concatMap has not reached yet: use mergeMap.',
);
expect(
  'keeps credit',
  ['timeout(50)', 'timeout({with:flow})', 'timeoutWith'],
  'A source that waits for credit looks silent: it times out while the stage is full.',
);
expect(
  'keeps credit',
  ['hand-written op passing subscriber'],
  'An operator of your own that hands the subscriber on, as those of RxJS do.',
);

// --- keeps it with children ---

expect(
  'keeps it with children',
  [
    ...['mergeMap(flow7)', 'mergeMap(flow7,2)', 'concatMap(flow7)', 'concatMap(flow7 endless)'],
    ...['mergeAll(flow per record)', 'concatAll(flow per record)', 'switchAll(flows)', 'exhaustAll(flows)'],
    ...['switchMap(flow7)', 'exhaustMap(flow7)', 'mergeScan(flow)', 'switchScan(flow)', 'expand(flow)'],
    ...['delayWhen(flow)', 'audit(flow)', 'debounce(flow)', 'throttle(flow)'],
  ],
  'Inner flows are asked before the outer one.',
);
expect(
  'keeps it with children',
  ['mergeMap(async flow7,2)', 'concatMap(async flow7)'],
  'While an inner flow is silent, up to a capacity of outer records waits inside RxJS; a record whose flow has opened is one of them no more.',
);
expect(
  'keeps it with children',
  ['retry({delay:flow})', 'retryWhen(notifier flow)'],
  'The notifier is subscribed inside the delivery that failed: it is a child of it.',
);

// --- holds values ---

expect(
  'holds values',
  ['skipLast(2)', 'pairwise', 'bufferCount(3)', 'bufferCount(2,1)'],
  'A committing source hears of a record only with the next arrival. To settle all members together, write `batch({ maxSize })`.',
);

// --- blind to the end ---

expect(
  'blind to the end',
  ['filter(none)', 'reduce', 'count', 'max', 'min', 'last', 'single(pred)', 'ignoreElements', 'forkJoin'],
  'Reads the whole source, in constant memory. Not for an endless one.',
);

// --- hidden buffer in RxJS ---

expect(
  'hidden buffer in RxJS',
  ['takeLast(30)', 'takeLast(30) of 40', 'toArray'],
  'Reads the whole source into an array. For groups of a size, write `batch({ maxSize })`.',
);
expect(
  'hidden buffer in RxJS',
  ['zip', 'zip(async flow)', 'zipWith', 'zip (operator)', 'zipAll', 'sequenceEqual(flow)'],
  'What one flow is ahead of the other waits in an array. Only for flows that end or keep in step.',
);
expect(
  'hidden buffer in RxJS',
  ['buffer(flow)', 'buffer(async flow)', 'bufferWhen(flow)'],
  'The array grows until the notifier fires: write `batch({ maxSize, maxWaitMs })`.',
);
expect(
  'hidden buffer in RxJS',
  ['mergeMap(async flow7)', 'delayWhen(async flow)'],
  'Every record opens a flow, and each has an item in hand: give mergeMap a concurrency, as in `mergeMap(open, 4)`.',
);

// --- lossy by design ---

expect(
  'lossy by design',
  ['combineLatest', 'combineLatest(async flow)', 'combineLatestWith', 'combineLatest (operator)', 'combineLatestAll'],
  'Of each flow only the latest record counts; the first one is read past what is shown.',
);
expect(
  'lossy by design',
  ['withLatestFrom(flow)', 'withLatestFrom(async flow)'],
  'Of the other flow only the latest record counts, and it is read without bound; what comes before its first is dropped.',
);
expect(
  'lossy by design',
  ['distinct(flushes flow)'],
  'Which records count as repeated depends on when the other flow fires, and both are read on until something new comes.',
);
expect(
  'lossy by design',
  ['takeUntil(async flow)', 'skipUntil(async flow)', 'skipUntil(timer)'],
  'Cuts the flow at a moment, and not at a record: how many came before depends on the consumer.',
);
expect(
  'lossy by design',
  ['switchMap(async flow7)', 'exhaustMap(async flow7)'],
  'Gives up one record for another. To work on every one, write `concatMap(open)` or `mergeMap(open, 4)`.',
);
expect(
  'lossy by design',
  ['switchMap(promise)', 'exhaustMap(promise)'],
  'Gives up one result for another: `boundary(operator, { lossy: true })`. To keep all, write `stage(project, { concurrency })`.',
  'ASYNC_LINK',
);
expect(
  'lossy by design',
  ['groupBy(runs of 5)+concatMap'],
  'RxJS drops the records of groups that concatMap has not reached yet: use mergeMap.',
);
expect(
  'lossy by design',
  ['sample(flow)', 'sample(async flow)', 'audit(async flow)', 'throttle(async flow)', 'debounce(async flow)'],
  'Another flow says which records go on. The rest of the source is read and dropped.',
);
const LOSSY_BY_TIME = 'Write `boundary(operator, { lossy: true })`.';
expect('lossy by design', ['audit', 'auditTime', 'throttle(trailing)'], LOSSY_BY_TIME, 'ASYNC_LINK');
expect('lossy by design', ['sampleTime', 'debounceTime', 'debounce'], LOSSY_BY_TIME, 'ASYNC_LINK', false);
expect(
  'lossy by design',
  ['throttle', 'throttleTime'],
  'What passes passes at once, so it may stand in a link. The rest of the source is read and dropped.',
);

// --- asynchronous ---

expect(
  'asynchronous',
  ['observeOn(asap)', 'scheduled(flow,asap)', 'delay(1)', 'delayWhen'],
  'Write `boundary(operator, { inFlight })`.',
  'ASYNC_LINK',
);
expect(
  'asynchronous',
  ['mergeMap(promise)', 'mergeMap(promise,4)', 'concatMap(promise)'],
  'Write `stage(project, { concurrency })`.',
  'ASYNC_LINK',
);
expect(
  'asynchronous',
  ['merge(push source)'],
  'Give the push source a policy first, as in `merge(flow, onBackpressureLatest(subject))`.',
  'ASYNC_LINK',
  false,
);
expect(
  'asynchronous',
  ['buffer(timer)', 'bufferToggle(flow)', 'bufferTime', 'bufferTime(50,,2)', 'windowTime(50,,2)'],
  'Write `batch({ maxSize, maxWaitMs })`. What it releases by count or at the end is in order; what a timer releases is refused.',
  'ASYNC_LINK',
  false,
);
expect(
  'asynchronous',
  ['scheduled(flow,queue)'],
  'Its records arrive inside subscribe, after the source has been read: leave it out.',
  'OVERFLOW',
  false,
);

// --- cut ---

expect(
  'cut',
  ['connect', 'connect(merge)', 'publish(sel)', 'multicast(sel)'],
  'Write `inline(connect(selector))`.',
  'CUT_LINK',
);
expect(
  'cut',
  [
    ...['share', 'shareReplay(1)', 'shareReplay(refCount)', 'publish+refCount', 'publishBehavior+refCount'],
    ...['publishReplay(1)+refCount', 'multicast+refCount', 'connectable'],
  ],
  'Write `broadcast({ branches })`; for branches that meet again within one link, `inline(connect(selector))` does, too.',
  'CUT_LINK',
);
expect(
  'cut',
  ['publishLast+refCount'],
  'Write `last()`. The error comes with the one record, which is the last.',
  'CUT_LINK',
  false,
);
expect('cut', ['plain observer operator'], 'Write `inline(operator)`.', 'CUT_LINK');

// --- makes Observables ---

expect(
  'makes Observables',
  ['groupBy', 'windowCount(3)'],
  'Flatten the inner Observables above the stage, as in `windowCount(3), mergeAll()`.',
  'NESTED_OBSERVABLE',
);

// --- no flow goes in ---

expect(
  'no flow goes in',
  ['of', 'from(array)', 'range', 'generate', 'pairs'],
  'Write `fromPull(iterable)`; as it is, more records than the stage has places for are an error.',
);
expect(
  'no flow goes in',
  ['interval', 'timer', 'animationFrames', 'fromEvent', 'fromEventPattern'],
  'Cannot stop: pipe it through `onBackpressureBuffer`, `onBackpressureDrop` or `onBackpressureLatest`.',
);
expect('no flow goes in', [...['from(promise)', 'bindCallback', 'bindNodeCallback', 'EMPTY', 'NEVER', 'throwError']]);

export const expected: ReadonlyMap<string, Expectation> = table;
