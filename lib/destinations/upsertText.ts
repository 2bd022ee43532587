/** The table that rows go to, and how rows are told apart. */
export interface UpsertTarget {
  /** The table, after its schema if it has one. */
  readonly table: readonly string[];
  readonly key: readonly string[];
  /** The columns to write; null: those that the record has. */
  readonly columns: readonly string[] | null;
  readonly version: string | null;
}

/** Never read as anything but a name, whatever is in it. */
export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/**
 * Any number of rows in one statement with one parameter, a JSON array: the limit of 65,535 parameters is never met, and
 * PostgreSQL converts each value as the column's type wants it, whichever driver sends it.
 */
export function upsertText(target: UpsertTarget, columns: readonly string[]): string {
  const table = target.table.map(quote).join('.');
  const names = columns.map(quote).join(', ');
  return (
    `INSERT INTO ${table} AS "current" (${names}) ` +
    `SELECT ${names} FROM json_populate_recordset(NULL::${table}, $1::json) ${onConflict(target, columns)}`
  );
}

/** Plans an upsert and does not run it: fails where the table, a column, a right or the unique key is missing. */
export function probeText(target: UpsertTarget): string {
  const columns = columnsToWrite(target, target.columns ?? []);
  const defaults = columns.map(() => 'DEFAULT').join(', ');
  return (
    `EXPLAIN INSERT INTO ${target.table.map(quote).join('.')} AS "current" (${columns.map(quote).join(', ')}) ` +
    `VALUES (${defaults}) ${onConflict(target, columns)}`
  );
}

/** The key and the version are always written. In order, so that the order of a record's fields makes no difference. */
export function columnsToWrite({ key, version }: UpsertTarget, columns: readonly string[]): string[] {
  return [...new Set([...key, ...(version === null ? [] : [version]), ...columns])].sort();
}

/** A version that is not known gives way to any other, and never the other way round. */
function onConflict({ key, version }: UpsertTarget, columns: readonly string[]): string {
  const updates = columns.filter((column) => !key.includes(column)).map(quote);
  const target = `ON CONFLICT (${key.map(quote).join(', ')})`;
  if (updates.length === 0) return `${target} DO NOTHING`;
  const update = `${target} DO UPDATE SET ${updates.map((column) => `${column} = EXCLUDED.${column}`).join(', ')}`;
  if (version === null) return update;
  const stored = `"current".${quote(version)}`;
  return `${update} WHERE ${stored} IS NULL OR EXCLUDED.${quote(version)} >= ${stored}`;
}
