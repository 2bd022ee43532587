/**
 * One value as JSON that PostgreSQL reads into a column of whatever type: JSON into json, arrays into arrays, and what
 * JSON has no form for as the text that the type's own input reads.
 *
 *     undefined  null            Date    '1970-01-01T00:00:00.000Z'     Uint8Array  '\x00ff'
 *     bigint     '123'           NaN     'NaN'                          -0          '-0'
 *
 * @throws TypeError for what would be lost without a word: a function, a symbol, a Map, a Set, an invalid Date
 */
export function encodeColumn(value: unknown): string {
  return value === undefined ? 'null' : JSON.stringify(value, replace);
}

/** The text of an encoded value, the same for 1 and '1', as the database would find them the same. */
export function textOf(encoded: string): string {
  return encoded.startsWith('"') ? (JSON.parse(encoded) as string) : encoded;
}

/** JSON.stringify has asked toJSON by now; what was given is still in its holder. */
function replace(this: unknown, key: string, value: unknown): unknown {
  const given = (this as Record<string, unknown>)[key];
  if (typeof given === 'object' && given !== null) return replaceObject(given, value);
  switch (typeof given) {
    case 'bigint':
      return given.toString();
    case 'number':
      return Number.isFinite(given) && !Object.is(given, -0) ? given : Object.is(given, -0) ? '-0' : String(given);
    case 'function':
    case 'symbol':
      throw new TypeError(`a ${typeof given} cannot be written to a database`);
    default:
      return value;
  }
}

function replaceObject(given: object, value: unknown): unknown {
  if (given instanceof Uint8Array) return toHex(given);
  if (given instanceof ArrayBuffer) return toHex(new Uint8Array(given));
  if (given instanceof Date && Number.isNaN(given.getTime())) throw new TypeError('an invalid Date cannot be written');
  if (given instanceof Map || given instanceof Set) {
    throw new TypeError(`a ${given.constructor.name} cannot be written to a database; give an object or an array`);
  }
  if (ArrayBuffer.isView(given) && !(given instanceof DataView))
    return Array.from(given as unknown as ArrayLike<number>);
  return value;
}

const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

function toHex(bytes: Uint8Array): string {
  let text = '\\x';
  for (const byte of bytes) text += HEX[byte] ?? '';
  return text;
}
