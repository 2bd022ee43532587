import { SluiceError } from '../credit/SluiceError.js';
import type { Bookkeeper } from '../records/Bookkeeper.js';
import type { DeadLetter } from '../records/DeadLetter.js';

interface FailureSettings {
  readonly onFailure: 'error' | 'deadLetter';
  readonly onDeadLetter: ((letter: DeadLetter) => void) | undefined;
}

/** A letter that nobody keeps would be a record lost in silence: said when the stage is subscribed, not when it fails. */
export function requireKeeper(stage: string, settings: FailureSettings, books: Bookkeeper | null): void {
  if (settings.onFailure === 'error' || settings.onDeadLetter !== undefined || books?.keepsLetters === true) return;
  throw new SluiceError(
    'NO_DEAD_LETTERS',
    `stage '${stage}' has onFailure: 'deadLetter' and nobody keeps the letters: ` +
      `end the pipeline with run(flow), or give the stage onDeadLetter: (letter) => …`,
  );
}
