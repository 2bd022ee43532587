import type { Observable } from 'rxjs';
import { CreditAccount } from '../credit/CreditAccount.js';
import { current } from '../credit/delivery.js';
import { DrainLoop, type Ending } from '../credit/DrainLoop.js';
import { inTurn } from '../credit/inTurn.js';
import type { DeliveredRecord, Witness } from '../credit/protocol.js';
import type { SluiceError } from '../credit/SluiceError.js';

/** Who is told what leaves a pipeline. */
export interface ServeEndOwner<R> {
  /** `record` is the one inside whose delivery the value left, whoever's it is. */
  valueLeft(value: R, record: DeliveredRecord | null): void;
  pipelineEnded(ending: Ending): void;
}

/**
 * The end of a service's pipeline: takes whatever comes at once. It is an entrance with credit and not a plain
 * subscriber, so that a record that was filtered below the last stage is told from one that left, and a link that cannot
 * say whose value it delivers (asynchronous, cut) is a fault at its first record.
 */
export class ServeEnd<R> extends DrainLoop<R> {
  constructor(
    name: string,
    capacity: number,
    witness: Witness,
    private readonly owner: ServeEndOwner<R>,
  ) {
    super(new CreditAccount(name, capacity, null));
    this.account.witness = witness;
    this.credit.next(capacity);
  }

  start(flow: Observable<R>): void {
    this.connect(flow);
  }

  /** Cancels the pipeline. */
  stop(): void {
    this.over = true;
    this.attend();
    inTurn(
      () => {
        this.unsubscribe();
      },
      () => {
        this.credit.complete();
      },
    );
  }

  protected accept(value: R): void {
    const { record } = current;
    record?.passedLastStage();
    this.owner.valueLeft(value, record);
    this.account.settled++;
    this.drain();
  }

  protected get waiting(): number {
    return 0;
  }

  protected work(): void {
    // What arrives is taken at once.
  }

  protected end(ending: Ending): void {
    this.owner.pipelineEnded(ending);
  }

  protected fault(error: SluiceError): void {
    this.owner.pipelineEnded({ kind: 'error', error });
  }
}
