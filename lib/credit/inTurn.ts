import { throwError } from 'rxjs';

/** Does all of it, whatever throws, and then throws the first failure: one bad teardown must not keep the others. */
export function inTurn(...tasks: readonly (() => void)[]): void {
  let failed = false;
  let failure: unknown;
  for (const task of tasks) {
    try {
      task();
    } catch (error) {
      if (!failed) failure = error;
      failed = true;
    }
  }
  if (failed) throw failure;
}

/** Tells an error that nobody is there to catch the way RxJS does: `config.onUnhandledError`, or thrown by itself. */
export function reportUnhandled(error: unknown): void {
  throwError(() => error).subscribe();
}
