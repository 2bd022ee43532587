import {
  concatAll,
  concatMap,
  concatMapTo,
  delayWhen,
  EMPTY,
  exhaustAll,
  exhaustMap,
  expand,
  groupBy,
  map,
  mergeAll,
  mergeMap,
  mergeMapTo,
  mergeScan,
  of,
  from,
  switchAll,
  switchMap,
  switchMapTo,
  switchScan,
  timer,
  type Observable,
} from 'rxjs';
import type { Item } from '../Item.js';
import { INNER_LENGTH, type Given } from '../Sources.js';
import { costly, variant } from '../Variant.js';

const OUTER_FLOWS = 40;
const depthOf = (item: Item): number => item.source.split('(').length;

/** A plain Observable of flows, all there at once. */
const manyFlows = ({ flow }: Given): Observable<Observable<Item>> =>
  from(Array.from({ length: OUTER_FLOWS }, (_, index) => flow('i', INNER_LENGTH, `i${String(index)}`)));

const flowPerRecord = ({ S, inner }: Given): Observable<Observable<Item>> => S.pipe(map((item) => inner('i', item)));

/** Work or a flow for each record. */
export const flatteningVariants = [
  variant('mergeMap(of)', [mergeMap], ({ S }) => S.pipe(mergeMap((item) => of(item)))),
  variant('mergeMap([x,x,x])', [mergeMap], ({ S }) => S.pipe(mergeMap((item) => [item, item, item]))),
  variant('mergeMap(flow7)', [mergeMap], ({ S, inner }) => S.pipe(mergeMap((item) => inner('i', item)))),
  variant('mergeMap(flow7,2)', [mergeMap], ({ S, inner }) => S.pipe(mergeMap((item) => inner('i', item), 2))),
  costly('mergeMap(async flow7)', [mergeMap], ({ S, asyncInner }) => S.pipe(mergeMap((item) => asyncInner('A', item)))),
  variant('mergeMap(async flow7,2)', [mergeMap], ({ S, asyncInner }) =>
    S.pipe(mergeMap((item) => asyncInner('A', item), 2)),
  ),
  costly('mergeMap(promise)', [mergeMap], ({ S }) => S.pipe(mergeMap(async (item) => item))),
  variant('mergeMap(promise,4)', [mergeMap], ({ S }) => S.pipe(mergeMap(async (item) => item, 4))),
  variant('concatMap(of)', [concatMap], ({ S }) => S.pipe(concatMap((item) => of(item)))),
  variant('concatMap(promise)', [concatMap], ({ S }) => S.pipe(concatMap(async (item) => item))),
  variant('concatMap(flow7)', [concatMap], ({ S, inner }) => S.pipe(concatMap((item) => inner('i', item)))),
  variant('concatMap(async flow7)', [concatMap], ({ S, asyncInner }) =>
    S.pipe(concatMap((item) => asyncInner('A', item))),
  ),
  variant('concatMap(flow7 endless)', [concatMap], ({ S, inner }) =>
    S.pipe(concatMap((item) => inner('i', item, Infinity))),
  ),
  variant('concatMapTo', [concatMapTo], ({ S }) => S.pipe(concatMapTo(['a', 'b']))),
  variant('mergeMapTo', [mergeMapTo], ({ S }) => S.pipe(mergeMapTo(['a', 'b']))),
  variant('switchMapTo', [switchMapTo], ({ S }) => S.pipe(switchMapTo(['a', 'b']))),
  variant('mergeAll(flows)', [mergeAll], (given) => manyFlows(given).pipe(mergeAll())),
  variant('mergeAll(flow per record)', [mergeAll], (given) => flowPerRecord(given).pipe(mergeAll())),
  variant('concatAll(flows)', [concatAll], (given) => manyFlows(given).pipe(concatAll())),
  variant('concatAll(flow per record)', [concatAll], (given) => flowPerRecord(given).pipe(concatAll())),
  variant('switchAll(flows)', [switchAll], (given) => flowPerRecord(given).pipe(switchAll())),
  variant('exhaustAll(flows)', [exhaustAll], (given) => flowPerRecord(given).pipe(exhaustAll())),
  variant('switchMap(of)', [switchMap], ({ S }) => S.pipe(switchMap((item) => of(item)))),
  variant('switchMap(flow7)', [switchMap], ({ S, inner }) => S.pipe(switchMap((item) => inner('i', item)))),
  costly('switchMap(async flow7)', [switchMap], ({ S, asyncInner }) =>
    S.pipe(switchMap((item) => asyncInner('A', item))),
  ),
  costly('switchMap(promise)', [switchMap], ({ S }) => S.pipe(switchMap(async (item) => item))),
  variant('exhaustMap(of)', [exhaustMap], ({ S }) => S.pipe(exhaustMap((item) => of(item)))),
  variant('exhaustMap(flow7)', [exhaustMap], ({ S, inner }) => S.pipe(exhaustMap((item) => inner('i', item)))),
  variant('exhaustMap(async flow7)', [exhaustMap], ({ S, asyncInner }) =>
    S.pipe(exhaustMap((item) => asyncInner('A', item))),
  ),
  variant('exhaustMap(promise)', [exhaustMap], ({ S }) => S.pipe(exhaustMap(async (item) => item))),
  variant('mergeScan', [mergeScan], ({ S }) => S.pipe(mergeScan((sum, { index }) => of(sum + index), 0))),
  variant('mergeScan(flow)', [mergeScan], ({ S, inner }) =>
    S.pipe(mergeScan((_last: Item | null, item) => inner('i', item), null)),
  ),
  variant('switchScan', [switchScan], ({ S }) => S.pipe(switchScan((sum, { index }) => of(sum + index), 0))),
  variant('switchScan(flow)', [switchScan], ({ S, inner }) =>
    S.pipe(switchScan((_last: Item | null, item) => inner('i', item), null as Item | null)),
  ),
  variant('expand(of)', [expand], ({ S }) =>
    S.pipe(expand((item) => (typeof item === 'string' ? EMPTY : of(`after ${item.label}`)))),
  ),
  variant('expand(flow)', [expand], ({ S, inner }) =>
    S.pipe(expand((item) => (depthOf(item) > 2 ? EMPTY : inner('i', item)))),
  ),
  variant('groupBy+mergeMap', [groupBy], ({ S }) =>
    S.pipe(
      groupBy(({ index }) => index % 3),
      mergeMap((group) => group),
    ),
  ),
  variant('groupBy+concatMap', [groupBy], ({ S }) =>
    S.pipe(
      groupBy(({ index }) => index % 3),
      concatMap((group) => group),
    ),
  ),
  variant('groupBy(runs of 5)+concatMap', [groupBy], ({ S }) =>
    S.pipe(
      groupBy(({ index }) => Math.floor(index / 5)),
      concatMap((group) => group),
    ),
  ),
  variant('groupBy', [groupBy], ({ S }) => S.pipe(groupBy(({ index }) => index % 3))),
  variant('delayWhen(flow)', [delayWhen], ({ S, inner }) => S.pipe(delayWhen((item) => inner('n', item)))),
  costly('delayWhen(async flow)', [delayWhen], ({ S, asyncInner }) =>
    S.pipe(delayWhen((item) => asyncInner('n', item))),
  ),
  costly('delayWhen', [delayWhen], ({ S }) => S.pipe(delayWhen(() => timer(1)))),
];
