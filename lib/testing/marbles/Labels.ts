import { deepEqual } from './deepEqual.js';
import type { MarbleValues } from './parseMarbles.js';
import type { Moment } from './Moment.js';

/** The letters that are given out to values which have none of their own. */
const SPARE = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** Gives each value one character, the same in every row of a picture, and explains those that explain nothing. */
export class Labels {
  private readonly known: { readonly label: string; readonly value: unknown }[] = [];
  private readonly errors: unknown[] = [];
  private spare = 0;

  constructor(private readonly values: MarbleValues = {}) {}

  of({ notification }: Moment): string {
    if (notification.kind === 'C') return '|';
    if (notification.kind === 'N') return this.ofValue(notification.value);
    if (!this.errors.some((error) => deepEqual(notification.error, error))) this.errors.push(notification.error);
    return '#';
  }

  /** A line for each label that does not speak for itself: `A = {"id":7}`. */
  get legend(): string[] {
    return [
      ...this.known
        .filter(({ label, value }) => label !== value && label !== show(value))
        .map(({ label, value }) => explain(label, value)),
      ...this.errors.map((error) => explain('#', error)),
    ];
  }

  private ofValue(value: unknown): string {
    const known = this.known.find((entry) => Object.is(entry.value, value) || deepEqual(value, entry.value));
    if (known !== undefined) return known.label;
    const label = this.choose(value);
    this.known.push({ label, value });
    return label;
  }

  private choose(value: unknown): string {
    const own = Object.entries(this.values).find(([, candidate]) => deepEqual(value, candidate));
    if (own !== undefined) return own[0];
    const text = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
    if (text.length === 1 && !this.taken(text)) return text;
    for (; this.spare < SPARE.length; this.spare++) if (!this.taken(SPARE.charAt(this.spare))) break;
    return SPARE.charAt(this.spare++) || '?';
  }

  private taken(label: string): boolean {
    return label in this.values || this.known.some((entry) => entry.label === label);
  }
}

function explain(label: string, value: unknown): string {
  return `${label} = ${show(value)}`;
}

/** A value in one line. */
export function show(value: unknown): string {
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (typeof value === 'function' || typeof value === 'symbol' || typeof value === 'bigint') return value.toString();
  if (typeof value === 'number' || value === undefined) return String(value);
  try {
    return JSON.stringify(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}
