import type { Row } from './Row.js';

/** Rows of the same key: they stand in one statement as the last of them, and the others are done with it. */
export type RowsOfKey = Row[];

/** One statement: rows of one shape, each key once. */
export interface Upsert {
  readonly columns: readonly string[];
  readonly keys: RowsOfKey[];
  size: number;
}

/** Longer than this, in characters, a statement is not made. */
const LONGEST = 8_000_000;

/**
 * As few statements as there can be. Done one after the other they leave what the rows would have left one by one:
 * PostgreSQL refuses a key that comes twice in one statement, and of rows that write different columns the later one
 * must come later.
 */
export function planUpserts(rows: readonly Row[], longest = LONGEST): Upsert[] {
  const plan: Upsert[] = [];
  /** The statement that takes rows of this shape. */
  const open = new Map<string, number>();
  /** Where a key was put last. */
  const places = new Map<string, { readonly index: number; readonly shape: string; readonly rows: RowsOfKey }>();
  for (const row of rows) {
    const place = row.key === null ? undefined : places.get(row.key);
    if (place !== undefined && place.shape === row.shape && insert(place.rows, row)) continue;
    let index = open.get(row.shape);
    const isFull = (plan[index ?? 0]?.size ?? 0) + row.json.length > longest;
    if (index === undefined || isFull || (place !== undefined && index <= place.index)) {
      index = plan.length;
      plan.push({ columns: row.columns, keys: [], size: 0 });
      open.set(row.shape, index);
    }
    const own = [row];
    const upsert = plan[index];
    upsert?.keys.push(own);
    if (upsert !== undefined) upsert.size += row.json.length;
    if (row.key !== null) places.set(row.key, { index, shape: row.shape, rows: own });
  }
  return plan;
}

/** Puts it in the order of the versions, behind its equals. False: that order is known to the database only. */
function insert(rows: RowsOfKey, row: Row): boolean {
  const { rank } = row;
  // One without a rank stands alone.
  if (rank === null || rows[0]?.rank === null) return false;
  let index = rows.length;
  while (index > 0 && (rows[index - 1]?.rank ?? 0) > rank) index--;
  rows.splice(index, 0, row);
  return true;
}
