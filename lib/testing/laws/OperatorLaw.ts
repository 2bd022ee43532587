import type { Law } from './Law.js';
import type { Trial } from './Trial.js';

/** A law of operators. */
export type OperatorLaw = Law<Trial>;
