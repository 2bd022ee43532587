import type { Observable } from 'rxjs';
import type { FlowTestScheduler } from '../../FlowTestScheduler.js';
import { REST_MS } from '../Trial.js';
import type { SourceSubject } from './SourceSubject.js';
import { WatchedInput } from './WatchedInput.js';

/** One law and one source, in virtual time. */
export class SourceTrial {
  readonly complaints: string[] = [];

  constructor(
    readonly subject: SourceSubject,
    readonly scheduler: FlowTestScheduler,
    /** Records in the law about constant stack. */
    readonly count: number,
  ) {}

  get ahead(): number {
    return this.subject.ahead ?? 0;
  }

  /** A flow, and the input it is made of. */
  flow(last: number, failure?: Error): { readonly input: WatchedInput; readonly flow: Observable<number> } {
    const input = new WatchedInput(last, failure);
    return { input, flow: this.subject.make(input) };
  }

  /** Lets ten virtual seconds pass. */
  async rest(): Promise<void> {
    await this.scheduler.advance(REST_MS);
  }

  /** Lets happen what needs no time. */
  async settle(): Promise<void> {
    await this.scheduler.advance(0);
  }

  /** Complains unless `lawful`. */
  require(lawful: boolean, complaint: () => string): void {
    if (!lawful) this.complaints.push(complaint());
  }
}
