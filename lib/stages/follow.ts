import { reportUnhandled } from '../credit/inTurn.js';

/**
 * Tells once what comes of it: at once where that is no promise. A thenable is asked once, by its own `then`, and
 * believed the first time. What `succeed` and `fail` throw inside a promise is reported as unhandled.
 */
export function follow<R>(
  result: R | PromiseLike<R>,
  succeed: (result: R) => void,
  fail: (error: unknown) => void,
): void {
  if (!isThenable(result)) {
    succeed(result);
    return;
  }
  let isOpen = true;
  const fulfilled = (value: R): void => {
    if (!isOpen) return;
    isOpen = false;
    try {
      succeed(value);
    } catch (error) {
      reportUnhandled(error);
    }
  };
  const rejected = (reason: unknown): void => {
    if (!isOpen) return;
    isOpen = false;
    try {
      fail(reason);
    } catch (error) {
      reportUnhandled(error);
    }
  };
  try {
    result.then(fulfilled, rejected);
  } catch (error) {
    rejected(error);
  }
}

function isThenable<R>(result: R | PromiseLike<R>): result is PromiseLike<R> {
  if ((typeof result !== 'object' && typeof result !== 'function') || result === null) return false;
  return typeof (result as Partial<PromiseLike<R>>).then === 'function';
}
