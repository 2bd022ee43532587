import {
  catchError,
  concat,
  concatMap,
  concatWith,
  identity,
  map,
  onErrorResumeNext,
  onErrorResumeNextWith,
  repeat,
  repeatWhen,
  retry,
  retryWhen,
  take,
  takeWhile,
  timer,
  type MonoTypeOperatorFunction,
} from 'rxjs';
import { concat as concatOperator, onErrorResumeNext as onErrorResumeNextOperator } from 'rxjs/operators';
import type { Item } from '../Item.js';
import { variant } from '../Variant.js';

/** As map, but it fails at the record with that index. */
const failAt = (failing: number): MonoTypeOperatorFunction<Item> =>
  map((item) => {
    if (item.index === failing) throw new Error(`at ${String(failing)}`);
    return item;
  });

/** One flow after the other, or the same one again. */
export const resubscribingVariants = [
  variant('catchError->flow', [catchError], ({ S, flow }) =>
    S.pipe(
      failAt(3),
      catchError(() => flow('c')),
    ),
  ),
  variant('retry', [retry], ({ S }) => S.pipe(failAt(4), retry(3))),
  variant('retry({delay:2ms})', [retry], ({ S }) => S.pipe(failAt(4), retry({ count: 3, delay: 2 }))),
  variant('retry({delay:flow})', [retry], ({ S, flow }) =>
    S.pipe(failAt(4), retry({ count: 3, delay: () => flow('d') })),
  ),
  variant('retryWhen', [retryWhen], ({ S }) => S.pipe(failAt(4), retryWhen(takeWhile((_error, index) => index < 3)))),
  variant('retryWhen(timer)', [retryWhen], ({ S }) =>
    S.pipe(
      failAt(4),
      retryWhen((errors) =>
        errors.pipe(
          takeWhile((_error, index) => index < 3),
          concatMap(() => timer(2)),
        ),
      ),
    ),
  ),
  variant('retryWhen(notifier flow)', [retryWhen], ({ S, flow }) =>
    S.pipe(
      failAt(4),
      retryWhen((errors) =>
        errors.pipe(
          takeWhile((_error, index) => index < 3),
          concatMap(() => flow('w').pipe(take(1))),
        ),
      ),
    ),
  ),
  variant('repeat(3)', [repeat], ({ S }) => S.pipe(take(5), repeat(3))),
  variant('repeat({delay:flow})', [repeat], ({ S, flow }) =>
    S.pipe(take(5), repeat({ count: 3, delay: () => flow('d') })),
  ),
  variant('repeat(async source)', [repeat], ({ asyncFlow }) => asyncFlow('A', 5).pipe(repeat(3))),
  variant('repeatWhen', [repeatWhen], ({ S }) => S.pipe(take(5), repeatWhen(takeWhile((_end, index) => index < 2)))),
  variant('onErrorResumeNextWith', [onErrorResumeNextWith], ({ S, flow }) =>
    S.pipe(take(3), onErrorResumeNextWith(flow('n'))),
  ),
  variant('onErrorResumeNext', [onErrorResumeNext], ({ S, flow }) => onErrorResumeNext(S.pipe(take(3)), flow('n'))),
  variant('onErrorResumeNext (operator)', [onErrorResumeNextOperator], ({ S, flow }) =>
    S.pipe(take(3), identity, onErrorResumeNextOperator(flow('n'))),
  ),
  variant('concat', [concat], ({ S, flow }) => concat(S.pipe(take(3)), flow('b'))),
  variant('concat(async flow)', [concat], ({ S, asyncFlow }) => concat(S.pipe(take(3)), asyncFlow('A', 20))),
  variant('concatWith', [concatWith], ({ S, flow }) => S.pipe(take(3), concatWith(flow('b')))),
  variant('concat (operator)', [concatOperator], ({ S, flow }) => S.pipe(take(3), concatOperator(flow('b')))),
];
