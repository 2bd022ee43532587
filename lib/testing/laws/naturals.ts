/** 1, 2, 3 … up to `last`, anew for each that asks. A function is asked before each number. */
export function naturals(last: number | (() => number)): Iterable<number> {
  const limit = typeof last === 'number' ? () => last : last;
  return {
    *[Symbol.iterator]() {
      for (let n = 1; n <= limit(); n++) yield n;
    },
  };
}

/** The numbers from 1 to `count`. */
export function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}
