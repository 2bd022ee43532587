import { afterEach, beforeEach } from '@jest/globals';

/** Collects the unhandled rejections of each test of this file. */
export function collectUnhandled(): readonly unknown[] {
  const reasons: unknown[] = [];
  const note = (reason: unknown) => {
    reasons.push(reason);
  };
  beforeEach(() => {
    reasons.length = 0;
    process.on('unhandledRejection', note);
  });
  afterEach(() => {
    process.off('unhandledRejection', note);
  });
  return reasons;
}
