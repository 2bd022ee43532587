import { deepEqual } from './deepEqual.js';
import { brief } from './differences.js';
import type { MarbleValues } from './parseMarbles.js';
import type { Moment } from './Moment.js';
import { show } from './show.js';

/** The letters that are given out to values which have none of their own. */
const SPARE = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** Gives each value one character, the same in every row of a picture, and explains those that explain nothing. */
export class Labels {
  private readonly known: { readonly label: string; readonly value: unknown }[] = [];
  private readonly errors: { readonly row: string; readonly error: unknown }[] = [];
  private spare = 0;

  constructor(private readonly values: MarbleValues = {}) {}

  /** The label of what happens in the row with this title. All errors look alike: the legend tells them by their rows. */
  of({ notification }: Moment, row = ''): string {
    if (notification.kind === 'C') return '|';
    if (notification.kind === 'N') return this.ofValue(notification.value);
    const error: unknown = notification.error;
    if (!this.errors.some((other) => deepEqual(error, other.error))) this.errors.push({ row, error });
    return '#';
  }

  /** A line for each label that does not speak for itself: `A = {"id":7}`. */
  get legend(): string[] {
    const severalErrors = this.errors.length > 1;
    return [
      ...this.known
        .filter(({ label, value }) => label !== value && label !== show(value))
        .map(({ label, value }) => `${label} = ${brief(value)}`),
      ...this.errors.map(({ row, error }) => `# ${severalErrors && row !== '' ? `(${row}) ` : ''}= ${brief(error)}`),
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
