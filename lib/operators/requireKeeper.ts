import type { CreditAccount } from '../credit/CreditAccount.js';
import { SluiceError } from '../credit/SluiceError.js';
import type { Bookkeeper } from '../records/Bookkeeper.js';
import type { DeadLetter } from '../records/DeadLetter.js';

interface FailureSettings {
  readonly onFailure: 'error' | 'deadLetter';
  readonly onDeadLetter: ((letter: DeadLetter) => void) | undefined;
}

/** A letter that nobody keeps would be a record lost in silence: said when the stage is subscribed, not when it fails. */
export function requireKeeper(
  { name, witness, observer }: CreditAccount,
  { onFailure, onDeadLetter }: FailureSettings,
): void {
  if (onFailure === 'error' || onDeadLetter !== undefined || observer !== null) return;
  if ((witness as Bookkeeper | null)?.keepsLetters === true) return;
  throw new SluiceError(
    'NO_DEAD_LETTERS',
    `stage '${name}' writes a dead letter where a record fails, and nobody keeps the letters: ` +
      `end the pipeline with run(flow) or control(controller), or give the stage onDeadLetter: (letter) => …`,
  );
}
