const OFFSET = 0x811c9dc5;
const PRIME = 0x01000193;
const REPLACEMENT = 0xfffd;

/**
 * A hash of a key's bytes that is the same in every process, run and language: FNV-1a of 32 bits over the UTF-8 bytes,
 * finished with the mixing steps of murmur3, so that keys which differ in the last digit spread as well.
 *
 * Strings are their UTF-8 bytes (a lone surrogate counts as U+FFFD), a Uint8Array is its own bytes; numbers, bigints and
 * booleans are the text that String() makes of them, -0 is 0. Undefined where a key is none of these.
 */
export function hashKey(key: unknown): number | undefined {
  switch (typeof key) {
    case 'string':
      return finish(hashText(key));
    case 'number':
    case 'bigint':
    case 'boolean':
      return finish(hashText(String(key)));
    default:
      return key instanceof Uint8Array ? finish(hashBytes(key)) : undefined;
  }
}

function hashText(text: string): number {
  let hash = OFFSET;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) hash = Math.imul(hash ^ unit, PRIME);
    else {
      const point = codePoint(text, index);
      if (point > 0xffff) index++;
      hash = hashPoint(hash, point);
    }
  }
  return hash;
}

function codePoint(text: string, index: number): number {
  const point = text.codePointAt(index) ?? REPLACEMENT;
  return point >= 0xd800 && point <= 0xdfff ? REPLACEMENT : point;
}

/** The two to four bytes of one character outside ASCII. */
function hashPoint(start: number, point: number): number {
  let hash = start;
  if (point < 0x800) hash = Math.imul(hash ^ (0xc0 | (point >> 6)), PRIME);
  else {
    if (point < 0x10000) hash = Math.imul(hash ^ (0xe0 | (point >> 12)), PRIME);
    else {
      hash = Math.imul(hash ^ (0xf0 | (point >> 18)), PRIME);
      hash = Math.imul(hash ^ (0x80 | ((point >> 12) & 0x3f)), PRIME);
    }
    hash = Math.imul(hash ^ (0x80 | ((point >> 6) & 0x3f)), PRIME);
  }
  return Math.imul(hash ^ (0x80 | (point & 0x3f)), PRIME);
}

function hashBytes(bytes: Uint8Array): number {
  let hash = OFFSET;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, PRIME);
  return hash;
}

function finish(start: number): number {
  let hash = start;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
