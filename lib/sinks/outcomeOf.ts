import type { DeadLetter } from '../records/DeadLetter.js';
import type { RecordContext } from '../records/RecordContext.js';
import type { Submission } from './Submission.js';
import type { SubmitOutcome } from './SubmitOutcome.js';

/** What a caller is told of a record that has settled. */
export function outcomeOf<T, R>(
  { values, letter }: Submission<T, R>,
  { outcome, code: noted, retryAfterMs }: RecordContext,
): SubmitOutcome<R> {
  const code = noted ?? 'FAILED';
  switch (outcome) {
    case 'delivered':
      return { outcome, value: values[values.length - 1] as R, values };
    case 'filtered':
      return { outcome, values };
    case 'rejected':
      return { outcome, code, retryAfterMs, values };
    case 'deadLettered':
      return { outcome, code, letter: letter as DeadLetter, values };
    case 'cancelled':
      return { outcome, code, values };
  }
}
