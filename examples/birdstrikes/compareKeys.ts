export interface Comparison {
  readonly equal: boolean;
  readonly text: string;
}

/**
 * Compares the keys in the table with the keys delivered.
 *
 * @param abandoned keys in work when the time was up: these may have been written although nobody was told
 */
export function compareKeys(
  table: ReadonlySet<number>,
  delivered: ReadonlySet<number>,
  abandoned: ReadonlySet<number>,
): Comparison {
  const missing = [...delivered].filter((key) => !table.has(key));
  const unacknowledged = [...table].filter((key) => !delivered.has(key));
  const extra = unacknowledged.filter((key) => !abandoned.has(key));
  const counts = `${table.size} in the table, ${delivered.size} delivered`;
  const differences = [
    missing.length > 0 ? `${missing.length} delivered but not in the table (${first(missing)})` : '',
    extra.length > 0 ? `${extra.length} in the table but not delivered (${first(extra)})` : '',
  ].filter((text) => text !== '');
  if (differences.length > 0) return { equal: false, text: `${counts}: they differ, ${differences.join(', ')}` };
  if (unacknowledged.length === 0) return { equal: true, text: `${counts}: equal` };
  return { equal: true, text: `${counts}: equal but for ${unacknowledged.length} abandoned while being written` };
}

function first(keys: readonly number[]): string {
  return `line ${keys.slice(0, 5).join(', ')}${keys.length > 5 ? ', …' : ''}`;
}
