import type { OperatorFunction } from 'rxjs';
import type { FlowTestScheduler } from '../FlowTestScheduler.js';
import { Bench, type BenchOptions } from './Bench.js';
import type { LawSubject } from './LawSubject.js';

/** How long a trial waits for whatever may still happen, in virtual milliseconds. */
export const REST_MS = 10_000;

/** One law and one subject, in virtual time. */
export class Trial {
  readonly complaints: string[] = [];

  constructor(
    readonly subject: LawSubject,
    readonly scheduler: FlowTestScheduler,
    /** Records in the law about constant stack. */
    readonly count: number,
  ) {}

  get capacity(): number {
    return this.subject.capacity ?? 0;
  }

  /** Enough records to fill the operator several times, but for the largest. */
  get plenty(): number {
    return Math.max(Math.min(3 * this.capacity + 7, 200), this.capacity + 20);
  }

  /** Where an operator that ignores its capacity is stopped: so many records are as good as an endless source. */
  get endless(): number {
    return 1000 + 4 * this.capacity;
  }

  /** A source, the operator and a sink, connected. */
  bench(options: BenchOptions = {}, operator: OperatorFunction<number, unknown> = this.subject.make()): Bench {
    return new Bench(this.subject, operator, options);
  }

  /** Lets ten virtual seconds pass: what has not happened then waits for demand. */
  async rest(): Promise<void> {
    await this.scheduler.advance(REST_MS);
  }

  /** Lets happen what needs no time: promises, and timers of zero milliseconds. */
  async settle(): Promise<void> {
    await this.scheduler.advance(0);
  }

  outputs(inputs: readonly number[]): readonly unknown[] {
    return this.subject.outputs === undefined ? inputs : this.subject.outputs(inputs);
  }

  /** Complains unless `lawful`. */
  require(lawful: boolean, complaint: () => string): void {
    if (!lawful) this.complaints.push(complaint());
  }
}
