import { describe, expect, it } from '@jest/globals';

/** One test for one option: it changes only that key and sees other behaviour. */
export interface OptionTest {
  readonly does: string;
  readonly test: () => void | Promise<void>;
}

/** The options among `keys` for which there is no entry, and the entries for which there is no option. */
export function unmatched(keys: readonly string[], entries: Readonly<Record<string, OptionTest>>): string[] {
  const tested = Object.keys(entries);
  return [...keys.filter((key) => !tested.includes(key)), ...tested.filter((key) => !keys.includes(key))];
}

/** Runs the test of every option of `operator`, and fails for an option without one. */
export function everyOption(
  operator: string,
  keys: readonly string[],
  entries: Readonly<Record<string, OptionTest>>,
): void {
  describe(`every option of ${operator}`, () => {
    it('has a test here, and nothing else has', () => {
      expect(keys.length).toBeGreaterThan(0);
      expect(unmatched(keys, entries)).toEqual([]);
    });
    for (const [key, { does, test }] of Object.entries(entries)) it(`${key}: ${does}`, test);
  });
}
