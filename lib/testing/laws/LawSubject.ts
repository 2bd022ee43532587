import type { OperatorFunction } from 'rxjs';
import type { Excusable } from './playLaws.js';

/** What the laws are told about an operator. Only `name` and `make` are needed; the rest says how it differs. */
export interface LawSubject extends Excusable {
  /** Makes the operator. Its own timers must come from RxJS, and end when they are unsubscribed. */
  readonly make: () => OperatorFunction<number, unknown>;
  /** What comes of these records once the source has completed. Default: the records themselves, one result for each. */
  readonly outputs?: (inputs: readonly number[]) => readonly unknown[];
  /** What one emitted value counts as, where that is not one result: a batch counts as its members. */
  readonly members?: (emitted: unknown) => readonly unknown[];
  /** In which order results come. Default `'input'`; with `perKey` the results of one key keep their order. */
  readonly order?: 'input' | 'none' | { readonly perKey: (output: unknown) => unknown };
  /** Records that the operator may hold, the sum of its capacities. Default 0: it is a link and holds nothing. */
  readonly capacity?: number;
  /** True where the work takes time: the laws about large numbers use fewer records. */
  readonly asynchronous?: boolean;
  /** True for operators that lose records by design. They are not asked for what they lose. */
  readonly lossy?: boolean;
  /** True where pushed records are taken or dropped by a policy, so that a push is no fault. */
  readonly takesPushes?: boolean;
  /** True where contexts travel from records to results, as in every stage. Then the laws of the ledger apply. */
  readonly keepsRecords?: boolean;
}
