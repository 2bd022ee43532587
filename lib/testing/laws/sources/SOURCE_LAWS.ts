import type { Law } from '../Law.js';
import { failsAsItsInput } from './failsAsItsInput.js';
import { givesBackItsInput } from './givesBackItsInput.js';
import { givesEachOnce } from './givesEachOnce.js';
import { sourceNeedsConstantStack } from './sourceNeedsConstantStack.js';
import type { SourceTrial } from './SourceTrial.js';
import { startsAnew } from './startsAnew.js';
import { takesAgainstCredit } from './takesAgainstCredit.js';

/** Every law of sources. */
export const SOURCE_LAWS: readonly Law<SourceTrial>[] = [
  takesAgainstCredit,
  givesEachOnce,
  sourceNeedsConstantStack,
  givesBackItsInput,
  startsAnew,
  failsAsItsInput,
];
