export interface NameOptions {
  /**
   * What a record is called, from its value as it entered the pipeline, and as it is on this lane. Default: the former
   * itself, or a number where it is an object.
   */
  readonly label?: ((origin: unknown, value: unknown) => string) | undefined;
  /** What gives it its colour. Default: the key that keyGen gave it; else its label. */
  readonly key?: ((origin: unknown) => string | undefined) | undefined;
}

const LONGEST = 40;

/** Gives each record one name, whatever becomes of its value on the way. */
export class RecordNames {
  private readonly numbers = new WeakMap<object, string>();
  private last = 0;

  constructor(private readonly options: NameOptions) {}

  labelOf(origin: unknown, value: unknown): string {
    const label = this.options.label?.(origin, value) ?? this.plain(origin);
    return label.length > LONGEST ? `${label.slice(0, LONGEST - 1)}…` : label;
  }

  keyOf(origin: unknown, key: unknown): string | undefined {
    const own = this.options.key?.(origin);
    if (own !== undefined) return own;
    return key === undefined ? undefined : this.plain(key);
  }

  /** Objects are numbered in the order in which they are first seen. */
  private plain(value: unknown): string {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return String(value);
    const known = this.numbers.get(value);
    if (known !== undefined) return known;
    const number = `#${String(++this.last)}`;
    this.numbers.set(value, number);
    return number;
  }
}
