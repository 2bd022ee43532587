import { show } from '../marbles/show.js';
import type { LawSubject } from './LawSubject.js';

/** The values of which `many` has more than `few`, each as often as it is too many. */
export function surplus(many: readonly unknown[], few: readonly unknown[]): unknown[] {
  return split(many, few).extra;
}

/** The first result that comes before one that was promised earlier; undefined where the order is as promised. */
export function firstOutOfOrder(
  results: readonly unknown[],
  promised: readonly unknown[],
  order: LawSubject['order'] = 'input',
): unknown {
  if (order === 'none') return undefined;
  const keyOf = order === 'input' ? () => '' : order.perKey;
  const expected = groupBy(promised, keyOf);
  for (const [key, group] of groupBy(results, keyOf)) {
    // What is missing and what came twice are no matter of order.
    const came = split(group, expected.get(key) ?? []).common;
    const wanted = split(expected.get(key) ?? [], group).common;
    const wrong = came.find((value, index) => show(value) !== show(wanted[index]));
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

/** What of `values` is in `others`, each as often as it is there, and what is not. */
function split(values: readonly unknown[], others: readonly unknown[]): { common: unknown[]; extra: unknown[] } {
  const counts = new Map<string, number>();
  for (const value of others) counts.set(show(value), (counts.get(show(value)) ?? 0) + 1);
  const common: unknown[] = [];
  const extra: unknown[] = [];
  for (const value of values) {
    const left = counts.get(show(value)) ?? 0;
    counts.set(show(value), left - 1);
    (left > 0 ? common : extra).push(value);
  }
  return { common, extra };
}

/** A few of the values, for a message. */
export function some(values: readonly unknown[]): string {
  const shown = values.slice(0, 5).map(show).join(', ');
  return values.length > 5 ? `${shown} and ${String(values.length - 5)} more` : shown;
}

function groupBy(values: readonly unknown[], keyOf: (value: unknown) => unknown): Map<unknown, unknown[]> {
  const groups = new Map<unknown, unknown[]>();
  for (const value of values) {
    const group = groups.get(keyOf(value));
    if (group === undefined) groups.set(keyOf(value), [value]);
    else group.push(value);
  }
  return groups;
}
