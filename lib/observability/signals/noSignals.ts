import type { PlatformProbe } from '../../control/PlatformSignals.js';

/** A browser tells nothing of this. */
export function platformProbe(): PlatformProbe | null {
  return null;
}
