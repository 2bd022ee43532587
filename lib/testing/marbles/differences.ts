import { deepEqual } from './deepEqual.js';
import { show } from './show.js';

/** What is said about two values that differ in many places. */
const MOST_DIFFERENCES = 4;

/** In which places two arrays or plain objects differ: `.price is expected to be 3 and is 4`. Empty for all else. */
export function differences(actual: unknown, expected: unknown): string[] {
  const all = [...placesOf(actual, expected, '')];
  const more = all.length - MOST_DIFFERENCES;
  return more > 0 ? [...all.slice(0, MOST_DIFFERENCES), `and ${String(more)} more`] : all;
}

function* placesOf(actual: unknown, expected: unknown, path: string): Generator<string> {
  if (deepEqual(actual, expected)) return;
  if (isList(actual) && isList(expected)) {
    for (let index = 0; index < Math.max(actual.length, expected.length); index++) {
      yield* placeOf(actual, expected, String(index), `${path}[${String(index)}]`);
    }
  } else if (isPlain(actual) && isPlain(expected)) {
    for (const key of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
      yield* placeOf(actual, expected, key, `${path}.${key}`);
    }
  } else if (path !== '') yield `${path} is expected to be ${brief(expected)} and is ${brief(actual)}`;
}

function* placeOf(actual: object, expected: object, key: string, path: string): Generator<string> {
  const at = (whole: object): unknown => (whole as Readonly<Record<string, unknown>>)[key];
  if (!Object.hasOwn(actual, key)) yield `${path} is missing, expected ${brief(at(expected))}`;
  else if (!Object.hasOwn(expected, key)) yield `${path} is not expected and is ${brief(at(actual))}`;
  else yield* placesOf(at(actual), at(expected), path);
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** A value in at most so many characters. */
export function brief(value: unknown, most = 160): string {
  const text = show(value);
  return text.length <= most ? text : `${text.slice(0, most)}… (${String(text.length)} characters)`;
}
