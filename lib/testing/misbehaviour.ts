import type { FlowableSubscriber } from '../credit/FlowableSubscriber.js';
import type { RawTarget } from './rawTarget.js';

/** Ways in which a source can break the rules. */
export const MISBEHAVIOURS = [
  'emitsWithoutCredit',
  'ignoresBalance',
  'emitsAfterComplete',
  'emitsAfterError',
  'emitsAfterUnsubscribe',
  'completesTwice',
  'errorsTwice',
  'completesAfterUnsubscribe',
  'errorsAfterComplete',
] as const;

/**
 * - `emitsWithoutCredit`: pushes a record at a moment of its own, outside every delivery.
 * - `ignoresBalance`: sends a record inside a delivery, without looking at what is left.
 * - the others do, after the end, what their names say; the end is made first where there was none.
 */
export type Misbehaviour = (typeof MISBEHAVIOURS)[number];

/** Does it, past the subscriber that would keep a source from it. */
export function misbehave<T>(
  how: Misbehaviour,
  value: T,
  target: RawTarget<T>,
  subscriber: FlowableSubscriber<T>,
): void {
  switch (how) {
    case 'emitsWithoutCredit':
      return target.next(value);
    case 'ignoresBalance':
      return subscriber.deliver(value);
    case 'emitsAfterComplete':
      subscriber.complete();
      return target.next(value);
    case 'emitsAfterError':
      subscriber.error(value);
      return target.next(value);
    case 'emitsAfterUnsubscribe':
      subscriber.unsubscribe();
      return target.next(value);
    case 'completesTwice':
      subscriber.complete();
      return target.complete();
    case 'errorsTwice':
      subscriber.error(value);
      return target.error(value);
    case 'completesAfterUnsubscribe':
      subscriber.unsubscribe();
      return target.complete();
    case 'errorsAfterComplete':
      subscriber.complete();
      return target.error(value);
  }
}
