import {
  audit,
  auditTime,
  debounce,
  debounceTime,
  delay,
  sample,
  sampleTime,
  throttle,
  throttleTime,
  timeout,
  timeoutWith,
  timer,
} from 'rxjs';
import { costly, variant } from '../Variant.js';

/** Time, or another flow in its place, says which records go on and when. */
export const timedVariants = [
  variant('sample(flow)', [sample], ({ S, flow }) => S.pipe(sample(flow('n')))),
  variant('sample(async flow)', [sample], ({ S, asyncFlow }) => S.pipe(sample(asyncFlow('n')))),
  variant('sampleTime', [sampleTime], ({ S }) => S.pipe(sampleTime(1))),
  variant('audit', [audit], ({ S }) => S.pipe(audit(() => timer(1)))),
  variant('audit(flow)', [audit], ({ S, inner }) => S.pipe(audit((item) => inner('n', item)))),
  variant('audit(async flow)', [audit], ({ S, asyncInner }) => S.pipe(audit((item) => asyncInner('n', item)))),
  variant('auditTime', [auditTime], ({ S }) => S.pipe(auditTime(1))),
  variant('debounce', [debounce], ({ S }) => S.pipe(debounce(() => timer(1)))),
  variant('debounce(flow)', [debounce], ({ S, inner }) => S.pipe(debounce((item) => inner('n', item)))),
  costly('debounce(async flow)', [debounce], ({ S, asyncInner }) => S.pipe(debounce((item) => asyncInner('n', item)))),
  variant('debounceTime', [debounceTime], ({ S }) => S.pipe(debounceTime(1))),
  variant('throttle', [throttle], ({ S }) => S.pipe(throttle(() => timer(1)))),
  variant('throttle(flow)', [throttle], ({ S, inner }) => S.pipe(throttle((item) => inner('n', item, 1)))),
  variant('throttle(async flow)', [throttle], ({ S, asyncInner }) => S.pipe(throttle((item) => asyncInner('n', item)))),
  variant('throttle(trailing)', [throttle], ({ S }) =>
    S.pipe(throttle(() => timer(1), { leading: true, trailing: true })),
  ),
  variant('throttleTime', [throttleTime], ({ S }) => S.pipe(throttleTime(1))),
  costly('delay(1)', [delay], ({ S }) => S.pipe(delay(1))),
  variant('timeout(50)', [timeout], ({ S }) => S.pipe(timeout(50))),
  variant('timeout({with:flow})', [timeout], ({ S, flow }) => S.pipe(timeout({ each: 50, with: () => flow('F') }))),
  variant('timeoutWith', [timeoutWith], ({ S, flow }) => S.pipe(timeoutWith(50, flow('F')))),
];
