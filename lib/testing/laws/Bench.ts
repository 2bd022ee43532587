import type { Observable, OperatorFunction } from 'rxjs';
import type { Witness } from '../../credit/protocol.js';
import { HandFed } from '../HandFed.js';
import { HandGranted } from '../HandGranted.js';
import type { LawSubject } from './LawSubject.js';
import { range } from './naturals.js';

/** Called from inside the callbacks of the source and of the sink. */
export interface BenchHooks {
  readonly next?: (bench: Bench) => void;
  readonly complete?: (bench: Bench) => void;
  readonly error?: (bench: Bench) => void;
  readonly demand?: (bench: Bench) => void;
  readonly teardown?: (bench: Bench) => void;
}

export interface BenchOptions extends BenchHooks {
  /** What the source has; left out, it is fed by hand. */
  readonly stock?: Iterable<number>;
  /** Granted before the subscription. */
  readonly grant?: number;
  /** @internal Keeps the books. */
  readonly witness?: Witness;
}

/** The operator under test between a hand-fed source and a hand-granted sink. */
export class Bench {
  readonly source: HandFed<number>;
  readonly sink: HandGranted<unknown>;
  readonly flow: Observable<unknown>;

  constructor(
    private readonly subject: LawSubject,
    operator: OperatorFunction<number, unknown>,
    { stock, grant, witness, next, complete, error, demand, teardown }: BenchOptions,
  ) {
    this.source = new HandFed(stock, { demand: () => demand?.(this), teardown: () => teardown?.(this) });
    this.sink = new HandGranted({
      next: () => next?.(this),
      complete: () => complete?.(this),
      error: () => error?.(this),
      ...(grant !== undefined && { grant }),
      ...(witness !== undefined && { witness }),
    });
    this.flow = this.source.pipe(operator);
    this.sink.subscribeTo(this.flow);
  }

  /** The results that the sink has been given. */
  get results(): readonly unknown[] {
    const { members } = this.subject;
    return members === undefined ? this.sink.received : this.sink.received.flatMap((emitted) => [...members(emitted)]);
  }

  /** Records that the source has delivered. */
  get pulled(): number {
    return this.source.delivered;
  }

  /**
   * Records that are done with, at most: the longest run of the records pulled which comes to no more results than were
   * received. Where every record has one result that is the number of results.
   */
  get settled(): number {
    const { outputs } = this.subject;
    const received = this.results.length;
    if (outputs === undefined) return Math.min(received, this.pulled);
    const inputs = range(this.pulled);
    let least = 0;
    let most = this.pulled;
    while (least < most) {
      const middle = Math.ceil((least + most) / 2);
      if (outputs(inputs.slice(0, middle)).length <= received) least = middle;
      else most = middle - 1;
    }
    return least;
  }

  /** Records that the operator holds, at least. */
  get inside(): number {
    return this.pulled - this.settled;
  }
}
