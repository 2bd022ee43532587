import { isObservable } from 'rxjs';

/** A record that knows where it comes from, so that every run can say what became of it. */
export class Item {
  constructor(
    readonly role: string,
    /** The name of the flow: its role, and for an inner flow the record for which it was opened. */
    readonly source: string,
    /** How many times that flow had been subscribed before. */
    readonly subscription: number,
    readonly index: number,
  ) {}

  get label(): string {
    return `${this.source}.${String(this.index)}`;
  }
}

/** A value as text. Times are left out: under back pressure a record is pulled later, and that is the point. */
export function show(value: unknown): string {
  if (value instanceof Item) return value.label;
  if (Array.isArray(value)) return `[${value.map(show).join(' ')}]`;
  if (isObservable(value)) return 'Observable';
  if (typeof value !== 'object' || value === null) return String(value);
  if (value instanceof Error) return value.name;
  if ('kind' in value) return `${String(value.kind)}(${'value' in value ? show(value.value) : ''})`;
  if ('value' in value) return show(value.value);
  return JSON.stringify(value);
}

/** The records that a value contains. */
export function itemsOf(value: unknown): Item[] {
  if (value instanceof Item) return [value];
  if (typeof value !== 'object' || value === null || isObservable(value)) return [];
  return Object.values(value).flatMap(itemsOf);
}

/** Which subscriptions a value comes from: values of the same origin must stay in order. */
export function originOf(value: unknown): string {
  const sources = itemsOf(value).map(({ source, subscription }) => `${source} ${String(subscription)}`);
  return [...new Set(sources)].join(' + ');
}
