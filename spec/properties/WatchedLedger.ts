import type { CreditProducer, DeliveredRecord } from '../../lib/credit/protocol.js';
import { Ledger } from '../../lib/records/Ledger.js';
import { OUTCOMES, type Outcome } from '../../lib/records/outcome.js';
import type { RecordContext } from '../../lib/records/RecordContext.js';
import { nameOf } from './Item.js';
import type { Trial } from './Trial.js';

/** The ledger of a run, with a second count beside it that knows each record by itself. */
export class WatchedLedger extends Ledger {
  private readonly live = new Set<RecordContext>();
  private readonly unchecked: RecordContext[] = [];
  private readonly seenAs = new Map<Outcome, number>();
  private opened = 0;

  constructor(private readonly trial: Trial) {
    super();
  }

  override open(value: unknown, source: CreditProducer | null, link: CreditProducer | null): RecordContext {
    const record = super.open(value, source, link);
    this.opened++;
    this.live.add(record);
    this.trial.event();
    return record;
  }

  override settle(delivered: DeliveredRecord): void {
    const record = delivered as RecordContext;
    const item = this.trial.itemOf(record);
    const { trial } = this;
    super.settle(record);
    trial.expect(
      this.live.delete(record),
      'P1 a record settles once, when nobody holds it',
      () => `${nameOf(item)} settled twice`,
    );
    // A rejected one is known by its listener, which is told after it has settled.
    const held = trial.heldOf(item);
    trial.expect(
      held === 0 || trial.traits.holdsBack || record.outcome === 'rejected' || trial.broken,
      'P1 a record settles once, when nobody holds it',
      () => `${nameOf(item)} settled as ${record.outcome} while ${String(held)} descendants are held`,
    );
    this.seenAs.set(record.outcome, (this.seenAs.get(record.outcome) ?? 0) + 1);
    this.unchecked.push(record);
    trial.event();
  }

  /** In = sum of outcomes + in flight, at every event. */
  check(): void {
    const { trial, live, opened } = this;
    const property = 'P2 the ledger balances';
    const { inFlight } = this;
    trial.expect(
      inFlight === live.size,
      property,
      () => `in flight ${String(inFlight)}, and ${String(live.size)} live records`,
    );
    const settled = [...this.seenAs.values()].reduce((sum, count) => sum + count, 0);
    trial.expect(opened === settled + live.size, property, () => `in ${String(opened)}, settled ${String(settled)}`);
    const { places } = trial.traits;
    if (places === null) return;
    trial.expect(
      live.size <= places,
      'C11 live records fit into the capacities',
      () => `${String(live.size)} live records in ${String(places)} places`,
    );
  }

  /** At quiet moments: the ledger's words are those of the second count, and each outcome is what was seen. */
  checkOutcomes(): void {
    const { trial } = this;
    const counted = this.count();
    const same = OUTCOMES.every((outcome) => counted[outcome] === (this.seenAs.get(outcome) ?? 0));
    trial.expect(same && counted.in === this.opened, 'P2 the ledger balances', () => JSON.stringify(counted));
    for (const stage of counted.stages) {
      trial.expect(
        stage.arrived === stage.passedOn + stage.settledHere + stage.held && stage.passedOn >= 0 && stage.held >= 0,
        'P2 the ledger balances',
        () => JSON.stringify(stage),
      );
    }
    for (const record of this.unchecked.splice(0)) this.checkOutcome(record);
  }

  private checkOutcome(record: RecordContext): void {
    const { trial } = this;
    const item = this.trial.itemOf(record);
    const seen = trial.fates.get(nameOf(item)) ?? new Set();
    const worst = (['deadLettered', 'rejected', 'delivered'] as const).find((fate) => seen.has(fate)) ?? 'filtered';
    trial.expect(
      this.allowed(record.outcome, worst),
      'P2 the outcome is what became of the record',
      () => `${nameOf(item)} settled as ${record.outcome} and was ${worst}`,
    );
  }

  private allowed(outcome: Outcome, seen: Outcome): boolean {
    const { traits, broken } = this.trial;
    if (outcome === seen) return true;
    if (outcome === 'cancelled') return broken || traits.cutsOff;
    if (traits.holdsBack) return true;
    // What one member of a batch came to, all its members came to.
    if (traits.binds) return OUTCOMES.indexOf(outcome) > OUTCOMES.indexOf(seen) || outcome === 'delivered';
    return traits.lastStage < 0 && outcome === 'delivered';
  }

  get unsettled(): number {
    return this.live.size;
  }
}
