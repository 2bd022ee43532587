/** Every reason Sluice can give, for an error as for an outcome. One word means one thing everywhere. */
export type SluiceCode =
  // what a program did wrong
  | 'OPTION'
  | 'CREDIT'
  | 'OVERFLOW'
  | 'OVERDRAFT'
  | 'CUT_LINK'
  | 'ASYNC_LINK'
  | 'NESTED_OBSERVABLE'
  | 'NOT_PULLABLE'
  | 'SOURCE_CONSUMED'
  | 'NO_DEAD_LETTERS'
  // why a record was not delivered
  | 'INVALID'
  | 'KEY'
  | 'TIMEOUT'
  | 'FAILED'
  | 'UNSUBSCRIBED'
  | 'DRAIN_DEADLINE'
  // how a run ended
  | 'STREAM_FAILED';

/**
 * The one error class of Sluice. `code` says what happened; the message names what was given and what to write instead.
 * A stage whose `onFailure` is `'deadLetter'` takes over the code of a `SluiceError` that its project throws, so that
 * `throw new SluiceError('INVALID', 'no airport')` is counted as INVALID.
 */
export class SluiceError extends Error {
  override readonly name = 'SluiceError';

  constructor(
    readonly code: SluiceCode,
    message: string,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
  }
}

/** The code under which a failure is counted: its own where it has one of ours, else FAILED. */
export function codeOf(error: unknown): SluiceCode {
  return error instanceof SluiceError ? error.code : 'FAILED';
}
