import * as z from 'zod/mini';
import { count, fn, scheduler } from '../options/common.js';
import type { Destination } from '../destinations/Destination.js';
import type { DeadLetter } from '../records/DeadLetter.js';

function isDestination(value: unknown): boolean {
  const { name: named, write } = (value ?? {}) as Partial<Record<keyof Destination<never>, unknown>>;
  return typeof named === 'string' && typeof write === 'function';
}

/** The options of a queue of dead letters. */
export const deadLetterOptions = z.strictObject({
  maxSize: z.optional(count),
  whenFull: z.optional(
    z.union(
      [
        z.literal('block'),
        z.literal('dropOldest'),
        z.strictObject({
          spill: z.union(
            [fn<(letter: DeadLetter) => void>(''), z.custom<Destination<DeadLetter>>(isDestination)],
            'give a function (letter) => void, or a Destination',
          ),
        }),
      ],
      `give 'block', 'dropOldest' or { spill: (letter) => void, or a Destination }`,
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
