import { expect, it } from '@jest/globals';
import { platformProbe } from '../../../lib/observability/signals/noSignals.js';

it('where there is no Node, nothing is measured', () => {
  expect(platformProbe()).toBeNull();
});
