import { setTimeout as sleep } from 'node:timers/promises';
import type { DeadLetter, SluiceCode } from 'sluice';
import { toReport, type AssessedStrike, type Report, type Row } from './records.js';

/** The dead letters of one stage with one code. */
export interface LetterGroup {
  readonly stage: string;
  readonly code: SluiceCode;
  /** What was wrong with the first of them, and in which line. */
  readonly example: string;
  count: number;
}

/** What became of each key, noted beside the pipeline and independent of the books that `run` keeps. */
export class Journal {
  readonly live = new Set<number>();
  readonly delivered = new Set<number>();
  filtered = 0;
  /** Letters, those of records that have been sent in again included. */
  deadLettered = 0;
  /** Letters of records that failed again after they had been sent in again. */
  failedAgain = 0;
  /** Records that were delivered after all. */
  recovered = 0;
  private readonly lettered = new Set<number>();
  private readonly groups = new Map<string, LetterGroup>();

  readonly entered = ({ line }: Report): void => {
    this.live.add(line);
  };

  /** Notes that the record goes no further. */
  readonly leaveOut = ({ line }: Report): false => {
    this.live.delete(line);
    this.filtered++;
    return false;
  };

  readonly wasDelivered = ({ line }: AssessedStrike): void => {
    this.live.delete(line);
    this.delivered.add(line);
    if (this.lettered.has(line)) this.recovered++;
  };

  readonly wasDeadLettered = ({ origin, stage, code, errors, redrives }: DeadLetter): void => {
    const { line } = toReport(origin as Row);
    this.live.delete(line);
    this.lettered.add(line);
    this.deadLettered++;
    if (redrives > 0) this.failedAgain++;
    const group = this.groups.get(`${stage} ${code}`);
    if (group !== undefined) group.count++;
    else this.groups.set(`${stage} ${code}`, { stage, code, count: 1, example: `line ${line}: ${reason(errors)}` });
  };

  /** The dead letters by stage and code, the largest group first. */
  get letterGroups(): readonly LetterGroup[] {
    return [...this.groups.values()].sort((one, other) => other.count - one.count);
  }

  /** Resolves when nothing is on its way any more. */
  async idle(signal: AbortSignal): Promise<void> {
    while (this.live.size > 0) await sleep(10, undefined, { signal });
  }
}

/** The last error says why a record was given up; which stage says so is told anyway. */
function reason(errors: readonly unknown[]): string {
  const error = errors.at(-1);
  if (!(error instanceof Error)) return String(error);
  const text = error.message.replace(/^stage '[^']*': /, '');
  const { cause } = error;
  return cause instanceof Error && !text.includes(cause.message) ? `${text}: ${cause.message}` : text;
}
