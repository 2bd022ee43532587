import type { Logger } from '../../control/Logger.js';

/** The log of all controllers that were given none, where there is no Node: the console, which browsers filter by level. */
export function defaultLogger(): Logger {
  return console;
}
