/** One rule of the protocol that a machine can check. `T` is what it plays with. */
export interface Law<T> {
  /** The number of the rule in SEMANTICS.md. */
  readonly rule: string;
  readonly name: string;
  /** What it is for, in one line. */
  readonly intent: string;
  /** False: the law has nothing to say about such a subject. */
  readonly appliesTo?: (trial: T) => boolean;
  /** Plays with the subject, and tells the trial what breaks the rule. */
  readonly check: (trial: T) => Promise<void> | void;
}
