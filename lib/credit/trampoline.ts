import { Inbox } from './Inbox.js';

/**
 * Rule C5: constant stack in the number of stages. Work that would go deeper is put off until the outermost call of
 * ours has no more to do, and still happens before that call returns.
 *
 * A frame is one such outermost call (a drain, a subscription, a settled promise). Only the outermost frame runs what
 * was put off; inner frames leave it to that one.
 */
const postponed = new Inbox<() => void>();
/** What lets go of something goes first: a drain that ran before it would pull for a consumer that has left. */
const releases = new Inbox<() => void>();
let frames = 0;

export function enterFrame(): void {
  frames++;
}

export function leaveFrame(): void {
  try {
    if (frames === 1 && postponed.size + releases.size > 0) runPostponed();
  } finally {
    frames--;
  }
}

/** True inside one of our calls: what is postponed now is sure to run when that call ends. */
export function insideFrame(): boolean {
  return frames > 0;
}

/** Runs `work` when the stack is short: at once outside every frame, else at the end of the outermost one. */
export function whenShallow(work: () => void): void {
  if (frames > 0) postponed.push(work);
  else runNow(work);
}

/** `whenShallow` for work that releases: it runs before everything else that was put off. */
export function releaseWhenShallow(release: () => void): void {
  if (frames > 0) releases.push(release);
  else runNow(release);
}

function runNow(work: () => void): void {
  frames = 1;
  try {
    work();
  } finally {
    leaveFrame();
  }
}

/** One failing piece of work does not swallow the others: all run, then the first failure is thrown. */
function runPostponed(): void {
  let failed = false;
  let failure: unknown;
  while (postponed.size + releases.size > 0) {
    try {
      (releases.size > 0 ? releases : postponed).shift()?.();
    } catch (error) {
      if (!failed) failure = error;
      failed = true;
    }
  }
  if (failed) throw failure;
}
