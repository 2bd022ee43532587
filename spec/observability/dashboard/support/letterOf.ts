import type { DeadLetter } from '../../../../lib/records/DeadLetter.js';

/** A letter as the stage `save` would write it. */
export function letterOf(value: unknown, more: Partial<DeadLetter> = {}): DeadLetter {
  return {
    ...{ value, origin: value, key: undefined, stage: 'save', code: 'FAILED', attempts: 1, redrives: 0 },
    ...{ errors: [new Error('no')], firstAt: 0, lastAt: 0, ...more },
  };
}
