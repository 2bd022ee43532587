import { asapScheduler } from 'rxjs';
import { insideFrame, whenShallow } from './trampoline.js';

let teardowns = 0;

/** Runs what belongs to a teardown. What it leads to, and must not happen inside one, is put off. */
export function inTeardown(release: () => void): void {
  teardowns++;
  try {
    release();
  } finally {
    teardowns--;
  }
}

/**
 * Runs `work` at once, or when the teardown that goes on is over: RxJS tears an inner flow down before its operator looks
 * at what comes next, so that what is delivered in between meets an operator that is not ready for it (C6b).
 */
export function afterTeardown(work: () => void): void {
  if (teardowns === 0) work();
  else if (insideFrame()) whenShallow(work);
  else asapScheduler.schedule(work);
}
