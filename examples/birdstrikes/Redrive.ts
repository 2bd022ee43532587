import type { DeadLetter, DeadLetterQueue, SluiceCode } from 'sluice';
import type { Journal } from './Journal.js';

/** Failures that may pass: a service that did not answer, or not with an answer; a database that was silent. */
const PASSING: ReadonlySet<SluiceCode> = new Set(['EXHAUSTED', 'TIMEOUT', 'ACK_TIMEOUT']);

export function mayPass({ code }: Pick<DeadLetter, 'code'>): boolean {
  return PASSING.has(code);
}

/** Sends in again, when all rows have been read, the records that failed for reasons that may have passed. */
export class Redrive {
  /** How many records have gone in again; null before. */
  sent: number | null = null;

  constructor(
    private readonly letters: DeadLetterQueue,
    private readonly journal: Journal,
  ) {}

  /** The rows; then, before the source ends and the pipeline with it, the letters. */
  async *after<T>(rows: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T, void, undefined> {
    yield* rows;
    await this.journal.idle(signal);
    this.sent = await this.letters.redrive({ filter: mayPass });
    await this.journal.idle(signal);
  }
}
