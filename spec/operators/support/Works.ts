/** Work that the test ends by hand, and that counts how much of it runs. */
export class Works<T, R = T> {
  readonly begun: T[] = [];
  active = 0;
  peak = 0;
  private readonly open: { value: T; resolve: (result: R) => void; reject: (error: unknown) => void }[] = [];

  /** The project: a promise that the test settles. */
  readonly start = (value: T): Promise<R> => {
    this.begun.push(value);
    this.active++;
    this.peak = Math.max(this.peak, this.active);
    return new Promise<R>((resolve, reject) => {
      this.open.push({ value, resolve, reject });
    });
  };

  /** Ends the work on `value` and lets everybody who waits for it know. */
  async finish(value: T, result: R): Promise<void> {
    this.take(value).resolve(result);
    await microtasks();
  }

  async fail(value: T, error: unknown): Promise<void> {
    this.take(value).reject(error);
    await microtasks();
  }

  private take(value: T) {
    const index = this.open.findIndex((work) => work.value === value);
    const [work] = index < 0 ? [] : this.open.splice(index, 1);
    if (work === undefined) throw new Error(`no work runs on ${String(value)}`);
    this.active--;
    return work;
  }
}

/** Lets promises settle, and what waits for them. */
export async function microtasks(): Promise<void> {
  for (let n = 0; n < 10; n++) await Promise.resolve();
}
