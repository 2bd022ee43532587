import type { Logger } from '../../lib/control/Logger.js';

const ignore = (): void => undefined;

/** The log of every controller in a spec that brings none of its own. */
export function defaultLogger(): Logger {
  return { debug: ignore, info: ignore, warn: ignore, error: ignore };
}
