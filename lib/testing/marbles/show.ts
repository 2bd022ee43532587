/** A value in one line, as JSON where JSON has words for it. Different values are written differently. */
export function show(value: unknown): string {
  return write(value, []);
}

function write(value: unknown, above: readonly object[]): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return `${value.toString()}n`;
  if (typeof value === 'symbol') return value.toString();
  if (typeof value === 'function') return `function ${value.name === '' ? '(anonymous)' : value.name}`;
  if (Object.is(value, -0)) return '-0';
  if (typeof value !== 'object' || value === null) return String(value);
  if (above.includes(value)) return '[circular]';
  return writeObject(value, [...above, value]);
}

function writeObject(value: object, above: readonly object[]): string {
  const matcher = value as { readonly toAsymmetricMatcher?: () => string };
  if (typeof matcher.toAsymmetricMatcher === 'function') return matcher.toAsymmetricMatcher();
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (value instanceof Date) return `Date ${Number.isNaN(value.getTime()) ? 'invalid' : value.toISOString()}`;
  const list = (items: Iterable<unknown>) => Array.from(items, (item) => write(item, above)).join(',');
  const name = nameOf(value);
  if (Array.isArray(value)) return `[${list(value)}]`;
  if (ArrayBuffer.isView(value)) return `${name} [${value instanceof DataView ? '' : list(value as Uint8Array)}]`;
  if (value instanceof Set) return `${name} {${list(value)}}`;
  if (value instanceof Map) {
    return `${name} {${[...value].map(([key, item]) => `${write(key, above)} => ${write(item, above)}`).join(',')}}`;
  }
  const entries = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}:${write(item, above)}`);
  return `${name === '' ? '' : `${name} `}{${entries.join(',')}}`;
}

/** The class of an object; nothing for a plain one. */
function nameOf(value: object): string {
  const prototype = Object.getPrototypeOf(value) as { readonly constructor?: { readonly name?: string } } | null;
  return prototype === null || prototype === Object.prototype ? '' : (prototype.constructor?.name ?? '');
}
