/** Every reason Sluice can give, for an error as for an outcome. One word means one thing everywhere. */
export type SluiceCode =
  // what a program did wrong
  | 'OPTION'
  | 'CREDIT'
  | 'UNKNOWN_STAGE'
  | 'OVERFLOW'
  | 'OVERDRAFT'
  | 'CUT_LINK'
  | 'ASYNC_LINK'
  | 'NESTED_OBSERVABLE'
  | 'NOT_PULLABLE'
  | 'SOURCE_CONSUMED'
  | 'NO_DEAD_LETTERS'
  | 'REACTIVE_STREAMS'
  // what a destination did
  | 'DESTINATION'
  // why a record was not delivered
  | 'INVALID'
  | 'KEY'
  | 'TIMEOUT'
  | 'FAILED'
  | 'EXHAUSTED'
  | 'PARKED'
  | 'BUFFER_TIMEOUT'
  | 'SHED'
  | 'NACK'
  | 'ACK_TIMEOUT'
  | 'UNSUBSCRIBED'
  | 'ABORTED'
  | 'DEADLINE'
  | 'DRAIN_DEADLINE'
  // how a run ended
  | 'STREAM_FAILED'
  | 'PIPELINE_CLOSED';

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

/** Knows our errors by name, because another copy of the library has a class of its own. */
export function isSluiceError(error: unknown): error is SluiceError {
  return (
    error instanceof Error && error.name === 'SluiceError' && typeof (error as Partial<SluiceError>).code === 'string'
  );
}

/** The code under which a failure is counted: its own where it has one of ours, else FAILED. */
export function codeOf(error: unknown): SluiceCode {
  return isSluiceError(error) ? error.code : 'FAILED';
}
