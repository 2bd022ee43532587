import type { ScenarioDefinition } from './defineScenario.js';
import { acknowledgmentTimeout } from './acknowledgmentTimeout.js';
import { expansionAndOverdraft } from './expansionAndOverdraft.js';
import { filterInALink } from './filterInALink.js';
import { fiveStagesUnderLoad } from './fiveStagesUnderLoad.js';
import { gatewayRateLimit } from './gatewayRateLimit.js';
import { keyOrderUnderRebalance } from './keyOrderUnderRebalance.js';
import { oneCreditOneValue } from './oneCreditOneValue.js';
import { overflowPolicies } from './overflowPolicies.js';
import { redrive } from './redrive.js';
import { retryWithBackoff } from './retryWithBackoff.js';
import { slowSink } from './slowSink.js';
import { validationToDeadLetters } from './validationToDeadLetters.js';

/** Every scenario, in the order in which they explain each other. */
export const SCENARIOS = [
  oneCreditOneValue,
  slowSink,
  filterInALink,
  expansionAndOverdraft,
  ...overflowPolicies,
  gatewayRateLimit,
  keyOrderUnderRebalance,
  validationToDeadLetters,
  retryWithBackoff,
  redrive,
  acknowledgmentTimeout,
  fiveStagesUnderLoad,
] as unknown as readonly ScenarioDefinition<object>[];
