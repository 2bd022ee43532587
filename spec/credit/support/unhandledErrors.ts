import { afterEach, beforeEach } from '@jest/globals';
import { config } from 'rxjs';
import { turn } from './waiting.js';

/** Collects what each test of this file reports as an unhandled error. Read them by `await errors()`. */
export function collectUnhandledErrors(): () => Promise<readonly unknown[]> {
  const errors: unknown[] = [];
  beforeEach(() => {
    errors.length = 0;
    config.onUnhandledError = (error) => errors.push(error);
  });
  afterEach(async () => {
    await turn();
    config.onUnhandledError = null;
  });
  return async () => {
    await turn();
    return errors;
  };
}
