interface AsymmetricMatcher {
  asymmetricMatch(actual: unknown): boolean;
}

/**
 * Whether two values of a stream are alike: by content for arrays, plain objects, maps, sets and dates, errors by name
 * and message, everything else by Object.is. A matcher such as Jest's `expect.any(Number)` may stand for the expected.
 */
export function deepEqual(actual: unknown, expected: unknown): boolean {
  if (Object.is(actual, expected)) return true;
  if (isMatcher(expected)) return expected.asymmetricMatch(actual);
  if (!isObject(actual) || !isObject(expected)) return false;
  if (Object.getPrototypeOf(actual) !== Object.getPrototypeOf(expected)) return false;
  if (actual instanceof Error && expected instanceof Error) {
    return actual.name === expected.name && actual.message === expected.message;
  }
  if (actual instanceof Date && expected instanceof Date) return actual.getTime() === expected.getTime();
  if (isCollection(actual) && isCollection(expected)) return deepEqual([...actual], [...expected]);
  const keys = Object.keys(actual);
  return keys.length === Object.keys(expected).length && keys.every((key) => deepEqual(actual[key], expected[key]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isCollection(value: unknown): value is Iterable<unknown> {
  return value instanceof Map || value instanceof Set;
}

function isMatcher(value: unknown): value is AsymmetricMatcher {
  return isObject(value) && typeof value['asymmetricMatch'] === 'function';
}
