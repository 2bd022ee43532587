import {
  combineLatest,
  combineLatestAll,
  combineLatestWith,
  filter,
  forkJoin,
  merge,
  mergeWith,
  of,
  partition,
  race,
  raceWith,
  sequenceEqual,
  skipUntil,
  Subject,
  takeUntil,
  take,
  tap,
  timer,
  withLatestFrom,
  zip,
  zipAll,
  zipWith,
  type Observable,
} from 'rxjs';
import {
  combineLatest as combineLatestOperator,
  merge as mergeOperator,
  partition as partitionOperator,
  race as raceOperator,
  zip as zipOperator,
} from 'rxjs/operators';
import type { Item } from '../Item.js';
import type { Given } from '../Sources.js';
import { variant } from '../Variant.js';

const isOdd = ({ index }: Item): boolean => index % 2 === 1;

/** A Subject that fires while the record with that index is delivered. */
const stopAt = (S: Observable<Item>, index: number): Observable<Item> => {
  const stop = new Subject<void>();
  return S.pipe(
    tap((item) => {
      if (item.index === index) stop.next();
    }),
    takeUntil(stop),
  );
};

const both = ({ S, flow }: Given): Observable<Observable<Item>> => of(S, flow('b'));

/** Several flows at the same time, notifiers among them. */
export const combiningVariants = [
  variant('merge', [merge], ({ S, flow }) => merge(S, flow('b'))),
  variant('mergeWith', [mergeWith], ({ S, flow }) => S.pipe(mergeWith(flow('b')))),
  variant('merge (operator)', [mergeOperator], ({ S, flow }) => S.pipe(mergeOperator(flow('b')))),
  variant('merge(concurrent 1)', [merge], ({ S, flow }) => merge(S, flow('b'), 1)),
  variant('merge(async flow)', [merge], ({ S, asyncFlow }) => merge(S, asyncFlow('A'))),
  variant('merge(push source)', [merge], ({ S }) => merge(S, timer(1, 1).pipe(take(30)))),
  variant('combineLatest', [combineLatest], ({ S, flow }) => combineLatest([S, flow('b')])),
  variant('combineLatest(async flow)', [combineLatest], ({ S, asyncFlow }) => combineLatest([S, asyncFlow('A')])),
  variant('combineLatestWith', [combineLatestWith], ({ S, flow }) => S.pipe(combineLatestWith(flow('b')))),
  variant('combineLatest (operator)', [combineLatestOperator], ({ S, flow }) =>
    S.pipe(combineLatestOperator(flow('b'))),
  ),
  variant('combineLatestAll', [combineLatestAll], (given) => both(given).pipe(combineLatestAll())),
  variant('combineLatest(of,flow)', [combineLatest], ({ S }) => combineLatest([of('constant'), S])),
  variant('zip', [zip], ({ S, flow }) => zip(S, flow('b'))),
  variant('zip(async flow)', [zip], ({ S, asyncFlow }) => zip(S, asyncFlow('A'))),
  variant('zipWith', [zipWith], ({ S, flow }) => S.pipe(zipWith(flow('b')))),
  variant('zip (operator)', [zipOperator], ({ S, flow }) => S.pipe(zipOperator(flow('b')))),
  variant('zipAll', [zipAll], (given) => both(given).pipe(zipAll())),
  variant('forkJoin', [forkJoin], ({ S, flow }) => forkJoin([S, flow('b')])),
  variant('race', [race], ({ S, flow }) => race(S, flow('b'))),
  variant('raceWith', [raceWith], ({ S, flow }) => S.pipe(raceWith(flow('b')))),
  variant('race (operator)', [raceOperator], ({ S, flow }) => S.pipe(raceOperator(flow('b')))),
  variant('withLatestFrom(of)', [withLatestFrom], ({ S }) => S.pipe(withLatestFrom(of('constant')))),
  variant('withLatestFrom(flow)', [withLatestFrom], ({ S, flow }) => S.pipe(withLatestFrom(flow('b')))),
  variant('withLatestFrom(async flow)', [withLatestFrom], ({ S, asyncFlow }) => S.pipe(withLatestFrom(asyncFlow('A')))),
  variant('sequenceEqual(flow)', [sequenceEqual], ({ S, flow }) =>
    S.pipe(sequenceEqual(flow('b'), (left, right) => left.index === right.index)),
  ),
  variant('takeUntil(timer)', [takeUntil], ({ S }) => S.pipe(takeUntil(timer(1000)))),
  variant('takeUntil(flow)', [takeUntil], ({ S, flow }) => S.pipe(takeUntil(flow('n')))),
  variant('takeUntil(async flow)', [takeUntil], ({ S, asyncFlow }) => S.pipe(takeUntil(asyncFlow('n')))),
  variant('takeUntil(filtered flow)', [takeUntil], ({ S, flow }) =>
    S.pipe(takeUntil(flow('n', 60).pipe(filter(({ index }) => index === 50)))),
  ),
  variant('takeUntil(fires at 5th)', [takeUntil], ({ S }) => stopAt(S, 5)),
  variant('takeUntil(fires at 15th)', [takeUntil], ({ S }) => stopAt(S, 15)),
  variant('skipUntil(of)', [skipUntil], ({ S }) => S.pipe(skipUntil(of('constant')))),
  variant('skipUntil(flow)', [skipUntil], ({ S, flow }) => S.pipe(skipUntil(flow('n')))),
  variant('skipUntil(async flow)', [skipUntil], ({ S, asyncFlow }) => S.pipe(skipUntil(asyncFlow('n')))),
  variant('skipUntil(timer)', [skipUntil], ({ S }) => S.pipe(skipUntil(timer(1)))),
  variant('partition+merge', [partition], ({ S }) => merge(...partition(S, isOdd))),
  variant('partition (operator)+merge', [partitionOperator], ({ S }) => merge(...partitionOperator(isOdd)(S))),
];
