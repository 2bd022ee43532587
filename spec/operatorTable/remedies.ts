import {
  asapScheduler,
  auditTime,
  concatMap,
  connect,
  debounceTime,
  delay,
  delayWhen,
  groupBy,
  ignoreElements,
  merge,
  mergeMap,
  Observable,
  observeOn,
  share,
  timer,
  type OperatorFunction,
} from 'rxjs';
import { boundary } from '../../lib/operators/boundary.js';
import { broadcast } from '../../lib/operators/broadcast.js';
import { expandStage } from '../../lib/operators/expandStage.js';
import { inline } from '../../lib/operators/inline.js';
import { partitionBy } from '../../lib/operators/partitionBy.js';
import { stage } from '../../lib/operators/stage.js';
import { onBackpressureLatest } from '../../lib/sources/onBackpressureLatest.js';
import type { Item } from './Item.js';
import { variant, type Variant } from './Variant.js';

/** What the table tells to write, beside what it stands for. */
export interface Remedy {
  readonly refused: Variant;
  readonly instead: Variant;
}

const IN_FLIGHT = { inFlight: 4 };
const WORKERS = { capacity: 4, concurrency: 4 };
const promise = async (item: Item): Promise<Item> => item;

/** An operator of one's own with an observer in the middle. */
const relay: OperatorFunction<Item, Item> = (source) =>
  new Observable((subscriber) =>
    source.subscribe({
      next: (item) => subscriber.next(item),
      error: (error: unknown) => subscriber.error(error),
      complete: () => subscriber.complete(),
    }),
  );

const doubled = connect((shared: Observable<Item>) => merge(shared, shared));

/** One subscriber takes all, another one only looks. */
const watch = (shared: Observable<Item>) => merge(shared, shared.pipe(ignoreElements()));
const watched = connect(watch);

const remedy = (
  name: string,
  refused: OperatorFunction<Item, unknown>,
  instead: OperatorFunction<Item, unknown>,
): Remedy => ({
  refused: variant(name, [], ({ S }) => S.pipe(refused)),
  instead: variant(name, [], ({ S }) => S.pipe(instead)),
});

/** These give the records of the operator, and the source stops. */
export const faithfulRemedies: readonly Remedy[] = [
  remedy('boundary(delay)', delay(1), boundary(delay(1), IN_FLIGHT)),
  remedy('boundary(observeOn)', observeOn(asapScheduler), boundary(observeOn(asapScheduler), IN_FLIGHT)),
  remedy(
    'boundary(delayWhen)',
    delayWhen(() => timer(1)),
    boundary(
      delayWhen(() => timer(1)),
      IN_FLIGHT,
    ),
  ),
  remedy('stage(promise, concurrency 4)', mergeMap(promise, 4), stage(promise, WORKERS)),
  remedy('stage(promise)', concatMap(promise), stage(promise, { capacity: 4 })),
  remedy('broadcast', share(), broadcast({ branches: 1, capacity: 4 })),
  remedy('broadcast to two branches', watched, (source) => {
    const shared = broadcast(source, { branches: 2, capacity: 4 });
    return watch(shared);
  }),
  remedy('inline(connect)', doubled, inline(doubled)),
  remedy('inline(operator)', relay, inline(relay)),
  remedy(
    'partitionBy',
    (source) =>
      source.pipe(
        groupBy(({ index }) => index % 3),
        mergeMap((group) => group),
      ),
    partitionBy({ lanes: 3, keySelector: ({ index }: Item) => index % 3, laneCapacity: 1 }, (lane) => lane),
  ),
  remedy(
    'expandStage',
    mergeMap((item) => [item, item, item]),
    expandStage((item) => [item, item, item], { capacity: 4 }),
  ),
];

/** These drop what the operator drops, and are not refused. */
export const lossyRemedies: readonly Remedy[] = [
  remedy('boundary(debounceTime)', debounceTime(1), boundary(debounceTime(1), { lossy: true })),
  remedy('boundary(auditTime)', auditTime(1), boundary(auditTime(1), { lossy: true })),
  {
    refused: variant('merge(push source)', [], ({ S }) => merge(S, timer(1, 1))),
    instead: variant('merge(latest of the push source)', [], ({ S }) => merge(S, onBackpressureLatest(timer(1, 1)))),
  },
];
