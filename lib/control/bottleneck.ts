import type { Instance } from './ObservedStages.js';
import type { Bottleneck } from './status.js';

/**
 * The stage that withholds credit while it is not itself held up: of those the one nearest to the end, because the
 * stages above it are its victims.
 *
 * @param instances the furthest from the end first
 */
export function findBottleneck(instances: readonly Instance[], now: number): Bottleneck | null {
  for (let index = instances.length - 1; index >= 0; index--) {
    const instance = instances[index];
    if (instance?.withholdsSince != null) {
      return { stage: instance.stage.name, forMs: now - instance.withholdsSince };
    }
  }
  return null;
}
