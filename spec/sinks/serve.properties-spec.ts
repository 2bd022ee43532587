import { describe, expect, it } from '@jest/globals';
import { collectUnhandled } from '../credit/support/unhandled.js';
import { checkServices } from './support/checkServices.js';

const unhandled = collectUnhandled();

describe('random services', () => {
  it('every submission settles exactly once, and submitted = sum of outcomes + in flight at every step', async () => {
    await checkServices(150);
    expect(unhandled).toEqual([]);
  }, 60000);
});
