/** An input that knows what was taken from it: 1, 2, 3 … up to `last`, and then the failure if there is one. */
export class WatchedInput implements Iterable<number> {
  /** Taken, over all iterations. */
  taken = 0;
  /** Iterations that were begun and are not over. */
  open = 0;

  constructor(
    private readonly last: number,
    private readonly failure?: Error,
  ) {}

  *[Symbol.iterator](): Generator<number, void, void> {
    this.open++;
    try {
      for (let n = 1; n <= this.last; n++) {
        this.taken++;
        yield n;
      }
      if (this.failure !== undefined) throw this.failure;
    } finally {
      this.open--;
    }
  }
}
