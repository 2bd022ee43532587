import { expect, it } from '@jest/globals';
import { defaultLogger } from '../../../lib/observability/log/consoleLogger.js';

it('where there is no Node, the log is the console', () => {
  expect(defaultLogger()).toBe(console);
});
