import {
  buffer,
  bufferCount,
  bufferTime,
  bufferToggle,
  bufferWhen,
  concatAll,
  interval,
  mergeAll,
  mergeMap,
  NEVER,
  pairwise,
  timer,
  toArray,
  window,
  windowCount,
  windowTime,
  windowToggle,
  windowWhen,
} from 'rxjs';
import { variant } from '../Variant.js';

/** Many records become one, as an array or as an Observable. */
export const bufferingVariants = [
  variant('pairwise', [pairwise], ({ S }) => S.pipe(pairwise())),
  variant('bufferCount(3)', [bufferCount], ({ S }) => S.pipe(bufferCount(3))),
  variant('bufferCount(2,1)', [bufferCount], ({ S }) => S.pipe(bufferCount(2, 1))),
  variant('buffer(flow)', [buffer], ({ S, flow }) => S.pipe(buffer(flow('n')))),
  variant('buffer(async flow)', [buffer], ({ S, asyncFlow }) => S.pipe(buffer(asyncFlow('n')))),
  variant('buffer(timer)', [buffer], ({ S }) => S.pipe(buffer(interval(1)))),
  variant('bufferToggle(flow)', [bufferToggle], ({ S, flow }) => S.pipe(bufferToggle(flow('n', 3), () => timer(1)))),
  variant('bufferWhen(flow)', [bufferWhen], ({ S, asyncFlow }) => S.pipe(bufferWhen(() => asyncFlow('A', 7)))),
  variant('bufferTime', [bufferTime], ({ S }) => S.pipe(bufferTime(1))),
  variant('bufferTime(50,,2)', [bufferTime], ({ S }) => S.pipe(bufferTime(50, null, 2))),
  variant('windowCount(3)', [windowCount], ({ S }) => S.pipe(windowCount(3))),
  variant('windowCount(3)+mergeAll', [windowCount], ({ S }) => S.pipe(windowCount(3), mergeAll())),
  variant('windowCount(3)+concatAll', [windowCount], ({ S }) => S.pipe(windowCount(3), concatAll())),
  variant('window(flow)+mergeAll', [window], ({ S, flow }) => S.pipe(window(flow('n', 5)), mergeAll())),
  variant('window(timer)+mergeAll', [window], ({ S }) => S.pipe(window(interval(1)), mergeAll())),
  variant('windowToggle(flow)+mergeAll', [windowToggle], ({ S, flow }) =>
    S.pipe(
      windowToggle(flow('n', 3), () => NEVER),
      mergeAll(),
    ),
  ),
  variant('windowWhen(flow)+mergeAll', [windowWhen], ({ S, asyncFlow }) =>
    S.pipe(
      windowWhen(() => asyncFlow('A', 7)),
      mergeAll(),
    ),
  ),
  variant('windowTime+mergeAll', [windowTime], ({ S }) => S.pipe(windowTime(1), mergeAll())),
  variant('windowTime(50,,2)', [windowTime], ({ S }) =>
    S.pipe(
      windowTime(50, null, 2),
      mergeMap((inner) => inner.pipe(toArray())),
    ),
  ),
];
