import type { Variant } from './Variant.js';
import { bufferingVariants } from './variants/buffering.js';
import { combiningVariants } from './variants/combining.js';
import { creatingVariants } from './variants/creating.js';
import { flatteningVariants } from './variants/flattening.js';
import { multicastingVariants } from './variants/multicasting.js';
import { plainVariants } from './variants/plain.js';
import { resubscribingVariants } from './variants/resubscribing.js';
import { timedVariants } from './variants/timed.js';

/** Every export of RxJS that takes or makes an Observable, in every role that a flow can have in it. */
export const registry: readonly Variant[] = [
  ...plainVariants,
  ...resubscribingVariants,
  ...combiningVariants,
  ...flatteningVariants,
  ...bufferingVariants,
  ...timedVariants,
  ...multicastingVariants,
  ...creatingVariants,
];
