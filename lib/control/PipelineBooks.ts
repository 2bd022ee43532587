import type { SluiceCode } from '../credit/SluiceError.js';
import type { LedgerCount } from '../records/Ledger.js';
import type { Outcome } from '../records/outcome.js';

/** The books of one pipeline, as a controller reads them. */
export interface Books {
  count(): LedgerCount;
}

/** What became of the records of all pipelines: `in` = the five outcomes + `inFlight`, at every instant. */
export type LedgerSum = Pick<LedgerCount, 'in' | 'inFlight' | 'codes' | Outcome>;

const OUTCOMES = ['filtered', 'delivered', 'rejected', 'deadLettered', 'cancelled'] as const satisfies Outcome[];

/**
 * The sum of the books of many pipelines. Those that are over are kept as one sum, so that it does not grow with them.
 * A book may come back, because `retry` subscribes again: then it counts from where it was left.
 */
export class PipelineBooks {
  private past: LedgerSum = EMPTY;
  /** Books that are not part of `past`, with the number of pipelines that write in them. */
  private readonly open = new Map<Books, number>();
  /** What of a book is part of `past`. */
  private readonly folded = new WeakMap<Books, LedgerSum>();

  add(books: Books): () => void {
    this.open.set(books, (this.open.get(books) ?? 0) + 1);
    return () => {
      this.open.set(books, (this.open.get(books) ?? 1) - 1);
      this.fold();
    };
  }

  count(): LedgerSum {
    let sum = this.past;
    for (const books of this.open.keys()) sum = this.plus(sum, books, books.count());
    return sum;
  }

  /** A pipeline that is over may still have records that are being settled. */
  private fold(): void {
    for (const [books, users] of this.open) {
      if (users > 0) continue;
      const count = books.count();
      if (count.inFlight > 0) continue;
      this.past = this.plus(this.past, books, count);
      this.folded.set(books, count);
      this.open.delete(books);
    }
  }

  private plus(sum: LedgerSum, books: Books, count: LedgerSum): LedgerSum {
    const since = this.folded.get(books);
    return combine(since === undefined ? sum : combine(sum, since, -1), count, 1);
  }
}

const EMPTY: LedgerSum = {
  in: 0,
  inFlight: 0,
  filtered: 0,
  delivered: 0,
  rejected: 0,
  deadLettered: 0,
  cancelled: 0,
  codes: { filtered: {}, delivered: {}, rejected: {}, deadLettered: {}, cancelled: {} },
};

function combine(one: LedgerSum, other: LedgerSum, sign: 1 | -1): LedgerSum {
  const codes = { ...EMPTY.codes };
  for (const outcome of OUTCOMES) codes[outcome] = combineCodes(one.codes[outcome], other.codes[outcome], sign);
  return {
    in: one.in + sign * other.in,
    inFlight: one.inFlight + sign * other.inFlight,
    filtered: one.filtered + sign * other.filtered,
    delivered: one.delivered + sign * other.delivered,
    rejected: one.rejected + sign * other.rejected,
    deadLettered: one.deadLettered + sign * other.deadLettered,
    cancelled: one.cancelled + sign * other.cancelled,
    codes,
  };
}

type Codes = Readonly<Partial<Record<SluiceCode, number>>>;

function combineCodes(one: Codes, other: Codes, sign: 1 | -1): Codes {
  const sum: Partial<Record<SluiceCode, number>> = { ...one };
  for (const [code, count] of Object.entries(other) as [SluiceCode, number][]) {
    const total = (sum[code] ?? 0) + sign * count;
    if (total === 0) Reflect.deleteProperty(sum, code);
    else sum[code] = total;
  }
  return sum;
}
