import type { DeadLetter } from 'sluice';
import type { Report } from './records.js';

interface Reason {
  readonly text: string;
  readonly firstLine: number;
  count: number;
}

/** What became of each key, noted beside the pipeline and independent of the books that `run` keeps. */
export class Journal {
  readonly live = new Set<number>();
  readonly delivered = new Set<number>();
  deadLettered = 0;
  filtered = 0;
  private readonly reasons = new Map<string, Reason>();

  readonly entered = ({ line }: Report): void => {
    this.live.add(line);
  };

  readonly wasFiltered = ({ line }: Report): void => {
    this.live.delete(line);
    this.filtered++;
  };

  readonly wasDelivered = (line: number): void => {
    this.live.delete(line);
    this.delivered.add(line);
  };

  readonly wasDeadLettered = ({ value, code, errors }: DeadLetter): void => {
    const { line } = value as Report;
    this.live.delete(line);
    this.deadLettered++;
    const error = errors.at(-1);
    const text = `${code}, ${error instanceof Error ? error.message : String(error)}`;
    const reason = this.reasons.get(text);
    if (reason === undefined) this.reasons.set(text, { text, firstLine: line, count: 1 });
    else reason.count++;
  };

  /** Why records became dead letters, the most frequent reason first. */
  get reasonsByCount(): readonly Reason[] {
    return [...this.reasons.values()].sort((one, other) => other.count - one.count);
  }
}
