/** What PostgreSQL does with an upsert, as a plain function: the model that plans are compared with. */
export type Table = Map<string, Record<string, unknown>>;

export function upsertInto(table: Table, rows: readonly Record<string, unknown>[], version: string | null): void {
  const seen = new Set<string>();
  for (const row of rows) {
    const key = String(row['id']);
    if (seen.has(key)) throw new Error('ON CONFLICT DO UPDATE command cannot affect row a second time');
    seen.add(key);
    const stored = table.get(key);
    if (stored === undefined) table.set(key, { ...row });
    else if (version === null || stored[version] == null || isAtLeast(row[version], stored[version])) {
      Object.assign(stored, row);
    }
  }
}

function isAtLeast(one: unknown, other: unknown): boolean {
  return one != null && Number(one) >= Number(other);
}
