import type { CreditAccount } from '../../../lib/credit/CreditAccount.js';
import type { CreditProducer, DeliveredRecord } from '../../../lib/credit/protocol.js';

/** A producer that takes its turn and writes its name into a list, with no RxJS behind it. */
export class FakeProducer implements CreditProducer {
  readonly children: CreditProducer[] = [];
  readonly asks = null;
  ended = false;
  completing = false;
  opened = false;
  openedChild = false;
  token: object | null = null;
  hindered = false;
  passingAt = 0;
  unanswered = 0;
  turn = 0;
  childrenAskedAt = -1;
  settled: ((record: DeliveredRecord) => void) | null = null;
  withheld: DeliveredRecord[] | null = null;
  unsubscribed = false;
  /** What it does with its next record beside delivering it. */
  during: () => void = () => undefined;

  constructor(
    readonly name: string,
    readonly account: CreditAccount,
    private readonly told: string[],
    /** How many records it has left. */
    public left: number,
    readonly parent: CreditProducer | null = null,
  ) {
    account.enrol(this);
  }

  run(): void {
    while (this.left > 0 && !this.ended && this.account.arrivals < this.account.limit) {
      this.left--;
      this.account.arrivals++;
      this.told.push(this.name);
      this.during();
    }
  }

  complete(): void {
    this.ended = true;
    this.account.leave(this);
  }

  hold(): void {
    this.left = 0;
  }

  inject(): boolean {
    return false;
  }

  unsubscribe(): void {
    this.unsubscribed = true;
  }
}
