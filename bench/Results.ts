/** What a full run comes to, and what bench/results.json holds. */
export interface Results {
  readonly machine: Machine;
  /** Of each peer that is a package, by its name. */
  readonly versions: Readonly<Record<string, string>>;
  readonly rows: readonly RowResult[];
  readonly sizes: readonly BundleSize[];
}

export interface Machine {
  readonly cores: number;
  readonly node: string;
  readonly platform: string;
  /** The day, as 2026-01-31. */
  readonly date: string;
}

export interface RowResult {
  /** The `id` of a row in rows.ts. */
  readonly id: string;
  readonly cells: readonly Cell[];
}

/** One contender at one number of records: each metric with its value in each round. */
export interface Cell {
  readonly contender: string;
  readonly records: number;
  readonly metrics: Readonly<Record<string, readonly number[]>>;
}

/** Bytes of a minimal program, bundled, minified and gzipped. */
export interface BundleSize {
  readonly contender: string;
  /** Without rxjs, which a user of RxJS has already. */
  readonly own: number;
  readonly total: number;
}

/** The values of one metric, round by round; null where the contender was left out at that size. */
export function roundsOf(
  results: Results,
  row: string,
  contender: string,
  records: number,
  metric: string,
): readonly number[] | null {
  const cells = results.rows.find(({ id }) => id === row)?.cells ?? [];
  const cell = cells.find((each) => each.contender === contender && each.records === records);
  return cell?.metrics[metric] ?? null;
}
