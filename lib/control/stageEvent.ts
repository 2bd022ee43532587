import type { SluiceCode } from '../credit/SluiceError.js';

/** A record that was refused or dropped, by a policy that somebody chose. */
export interface Rejection {
  readonly stage: string;
  /** OVERFLOW, SHED, BUFFER_TIMEOUT, or why its work failed where there is no dead letter. */
  readonly code: SluiceCode;
  /** The value as the stage that rejected it was given it. */
  readonly value: unknown;
  /** Set by keyGen. */
  readonly key: unknown;
  /** When a caller should try again, in milliseconds, where a rate limit knows. */
  readonly retryAfterMs: number | undefined;
  /** Milliseconds of the controller's scheduler. */
  readonly at: number;
}

/** A limit of a gateway that keeps a stage below from doing what its options say. */
export interface Starvation {
  /** The stage below. */
  readonly stage: string;
  readonly option: 'concurrency' | 'batch';
  /** Records that the stage would have to hold at the same time. */
  readonly wanted: number;
  /** Records that the gateway lets on their way at the same time. */
  readonly limit: number;
}

/** What a stage tells its controller when it happens, beside what can be read at any moment. */
export type StageEvent =
  | ({ readonly kind: 'rejected' } & Omit<Rejection, 'stage' | 'at'>)
  /** A record took longer than `slowProcessingThresholdMs` from the gateway to its settlement. */
  | { readonly kind: 'slow'; readonly tookMs: number; readonly thresholdMs: number; readonly key: unknown }
  /** An acknowledgment answered nothing that was waited for. */
  | { readonly kind: 'strayAcknowledgment'; readonly stray: 'late' | 'double' | 'unknown' }
  /** Work that was given up goes on, and so many do. */
  | { readonly kind: 'strayWork'; readonly strays: number }
  | { readonly kind: 'starved'; readonly starved: readonly Starvation[] };
