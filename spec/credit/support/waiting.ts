/** A promise that never settles. */
export const never = (): Promise<never> => new Promise(() => undefined);

/** A few real milliseconds: for what waits on the event loop and on no scheduler. */
export const turn = (milliseconds = 1): Promise<void> =>
  new Promise((done) => {
    setTimeout(done, milliseconds);
  });

export const STILL_WAITING = 'still waiting';

/** What `work` comes to, or 'still waiting' where it takes too long. */
export const soon = <T>(work: PromiseLike<T>): Promise<T | typeof STILL_WAITING> =>
  Promise.race([work, turn(100).then(() => STILL_WAITING)]) as Promise<T | typeof STILL_WAITING>;

/** The reason for which `work` rejects; a text where it does not. */
export const failureOf = (work: PromiseLike<unknown>): Promise<unknown> =>
  soon(
    work.then(
      () => 'no failure',
      (error: unknown) => error,
    ),
  );
