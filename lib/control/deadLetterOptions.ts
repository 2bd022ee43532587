import * as z from 'zod/mini';
import { count, fn, scheduler } from '../options/common.js';
import type { DeadLetter } from '../records/DeadLetter.js';

/** The options of a queue of dead letters. */
export const deadLetterOptions = z.strictObject({
  maxSize: z.optional(count),
  whenFull: z.optional(
    z.union(
      [
        z.literal('block'),
        z.literal('dropOldest'),
        z.strictObject({ spill: fn<(letter: DeadLetter) => void>('give a function (letter) => void') }),
      ],
      `give 'block', 'dropOldest' or { spill: (letter) => void }`,
    ),
  ),
  maxRedrives: z.optional(z.union([z.literal(0), count], 'give a whole number of at least 0')),
  scheduler: z.optional(scheduler),
});

/** The options of a redrive. */
export const redriveOptions = z.strictObject({
  filter: z.optional(fn<(letter: DeadLetter) => boolean>('give a function (letter) => boolean')),
  max: z.optional(z.union([z.literal(0), z.literal(Infinity), count], 'give a whole number of at least 0')),
  ratePerSecond: z.optional(
    z
      .number('give a number of records per second, more than 0')
      .check(z.gt(0, 'give a number of records per second, more than 0')),
  ),
});

/** @internal For the tests that change every option in turn. */
export const DEAD_LETTER_OPTIONS: readonly string[] = Object.keys(deadLetterOptions.def.shape);
export const REDRIVE_OPTIONS: readonly string[] = Object.keys(redriveOptions.def.shape);
