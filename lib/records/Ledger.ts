import type { CreditProducer, DeliveredRecord, Stoppable } from '../credit/protocol.js';
import { inTurn } from '../credit/inTurn.js';
import type { SluiceCode } from '../credit/SluiceError.js';
import { Bookkeeper } from './Bookkeeper.js';
import type { DeadLetter } from './DeadLetter.js';
import { OUTCOMES, type Outcome } from './outcome.js';
import type { RecordContext, Root } from './RecordContext.js';
import { StageBooks, type StageCount } from './StageBooks.js';
import type { StageEntry } from './StageEntry.js';

export interface LedgerCount extends Readonly<Record<Outcome, number>> {
  /** Records that entered the pipeline. in = the five outcomes + inFlight, at every instant. */
  readonly in: number;
  readonly inFlight: number;
  /** The most records that were in flight at the same time. */
  readonly peakLive: number;
  /** How often each code was the reason, for each outcome that has reasons. */
  readonly codes: Readonly<Record<Outcome, Readonly<Partial<Record<SluiceCode, number>>>>>;
  readonly stages: readonly StageCount[];
}

type Codes = Partial<Record<SluiceCode, number>>;

/** The books of one pipeline for one subscription: in = sum of outcomes + in flight. */
export class Ledger extends Bookkeeper {
  private entered = 0;
  private settledCount = 0;
  private peak = 0;
  /** How many records settled with each outcome, by its rank. */
  private readonly settledAs: [number, number, number, number, number] = [0, 0, 0, 0, 0];
  private readonly codes: Record<Outcome, Codes> = {
    filtered: {},
    delivered: {},
    rejected: {},
    deadLettered: {},
    cancelled: {},
  };
  private readonly stages = new StageBooks();
  private readonly sources = new Set<Stoppable>();
  private isStopped = false;
  private isLate = false;

  /**
   * @param onDeadLetter called with each letter, at the moment the record is given up
   * @param onIdle called when nothing is in flight any more after `stop()`
   */
  constructor(
    private readonly onDeadLetter: (letter: DeadLetter) => void = () => undefined,
    private readonly onIdle: () => void = () => undefined,
  ) {
    super();
  }

  get inFlight(): number {
    return this.entered - this.settledCount;
  }

  override open(value: unknown, source: CreditProducer | null, link: CreditProducer | null): RecordContext {
    const live = ++this.entered - this.settledCount;
    if (live > this.peak) this.peak = live;
    return super.open(value, source, link);
  }

  override settle(record: DeliveredRecord): void {
    this.settledCount++;
    const { rank, code: noted } = record as RecordContext;
    const code = this.isLate && noted === 'UNSUBSCRIBED' ? 'DRAIN_DEADLINE' : noted;
    this.settledAs[rank]++;
    if (code !== null) {
      const counts = this.codes[OUTCOMES[rank]];
      counts[code] = (counts[code] ?? 0) + 1;
    }
    if (this.isStopped && this.inFlight === 0) this.onIdle();
  }

  override enrolSource(source: Stoppable): void {
    if (this.isStopped) source.hold();
    else this.sources.add(source);
  }

  override leaveSource(source: Stoppable): void {
    this.sources.delete(source);
  }

  override reenter({ redrives }: DeadLetter, roots: readonly Root[], giveBack: () => void): boolean {
    const entries = roots.map(({ source }) => this.entryOf(source));
    if (this.isStopped || entries.length === 0 || entries.includes(null)) return false;
    const again = (record: DeliveredRecord) => {
      (record as RecordContext).redrives = redrives + 1;
    };
    let isGivenBack = false;
    // The letter of a batch has many records and is given back once, for the first of them that did not come in.
    const giveBackOnce = () => {
      if (!isGivenBack) giveBack();
      isGivenBack = true;
    };
    for (const [index, { origin }] of roots.entries()) {
      if (entries[index]?.inject(origin, again, giveBackOnce) === true) continue;
      if (index === 0) return false;
      giveBackOnce();
    }
    return true;
  }

  /** What one source gave must not go in at another, whose link expects something else. */
  private entryOf(source: Stoppable | null): Stoppable | null {
    if (source === null || this.sources.has(source)) return source;
    return [...this.sources].find(({ flow }) => flow != null && flow === source.flow) ?? null;
  }

  override enrolStage(stage: StageEntry): void {
    this.stages.enrol(stage);
    if (this.isStopped) stage.stopPushes();
  }

  override leaveStage(stage: StageEntry): void {
    this.stages.leave(stage);
  }

  override get keepsLetters(): boolean {
    return true;
  }

  override deadLetter(letter: DeadLetter, record: RecordContext | null): void {
    void record;
    this.onDeadLetter(letter);
  }

  /** Every source is told to give no more; what it has given goes on. */
  stop(): void {
    this.isStopped = true;
    const sources = [...this.sources].map((source) => () => {
      source.complete();
    });
    const pushes = this.stages.current().map((stage) => () => {
      stage.stopPushes();
    });
    inTurn(...sources, ...pushes, () => {
      if (this.inFlight === 0) this.onIdle();
    });
  }

  /** From now on what is cancelled was cancelled by the deadline of the drain. */
  deadlinePassed(): void {
    this.isLate = true;
  }

  count(): LedgerCount {
    const [filtered, delivered, rejected, deadLettered, cancelled] = this.settledAs;
    return {
      in: this.entered,
      filtered,
      delivered,
      rejected,
      deadLettered,
      cancelled,
      inFlight: this.inFlight,
      peakLive: this.peak,
      codes: Object.fromEntries(
        OUTCOMES.map((outcome) => [outcome, { ...this.codes[outcome] }]),
      ) as LedgerCount['codes'],
      stages: this.stages.count(),
    };
  }
}
