import type { WriteContext, WriteRequest } from './Destination.js';
import { encodeColumn, textOf } from './encodeColumn.js';
import { columnsToWrite, type UpsertTarget } from './upsertText.js';

/** One request, ready to be written. */
export interface Row {
  readonly id: number;
  readonly context: WriteContext;
  readonly columns: readonly string[];
  /** The columns in one text: rows with the same shape go into one statement. */
  readonly shape: string;
  readonly json: string;
  /** Rows with the same key are one row of the table. Null where a part is null: that equals nothing. */
  readonly key: string | null;
  /** The place among the versions of its key, where versions can be compared here; null where only the database can. */
  readonly rank: number | bigint | null;
}

/** @throws where the value is no record, or one of its columns has no form in a database */
export function makeRow({ id, value }: WriteRequest<unknown>, context: WriteContext, target: UpsertTarget): Row {
  if (typeof value !== 'object' || value === null) {
    throw new TypeError(`a row must be an object with a value for each column, and this is ${String(value)}`);
  }
  const record = value as Record<string, unknown>;
  const columns = columnsToWrite(target, target.columns ?? Object.keys(record));
  const encoded = new Map(columns.map((column) => [column, encode(record, column)]));
  const key = target.key.map((column) => encoded.get(column) ?? 'null');
  return {
    id,
    context,
    columns,
    shape: JSON.stringify(columns),
    json: `{${columns.map((column) => `${JSON.stringify(column)}:${encoded.get(column) ?? 'null'}`).join(',')}}`,
    key: key.includes('null') ? null : JSON.stringify(key.map(textOf)),
    rank: target.version === null ? 0 : rankOf(record[target.version]),
  };
}

function encode(record: Record<string, unknown>, column: string): string {
  if (column.includes('\0')) throw new TypeError('a column whose name has a zero byte cannot be written');
  // A column that every object has, such as constructor, is the record's own or it is not there.
  if (!(column in record) || (!Object.hasOwn(record, column) && column in Object.prototype)) return 'null';
  try {
    return encodeColumn(record[column]);
  } catch (cause) {
    throw new TypeError(`column '${column}': ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

function rankOf(version: unknown): number | bigint | null {
  const rank = version instanceof Date ? version.getTime() : version;
  if (typeof rank === 'bigint') return rank;
  return typeof rank === 'number' && !Number.isNaN(rank) ? rank : null;
}
