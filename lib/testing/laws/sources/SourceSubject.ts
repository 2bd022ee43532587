import type { Observable } from 'rxjs';
import type { Excusable } from '../playLaws.js';

/** What the laws are told about a source. */
export interface SourceSubject extends Excusable {
  /** Makes a flow of what the input has. It may be subscribed several times, unless `once`. */
  readonly make: (input: Iterable<number>) => Observable<number>;
  /** Records that may be taken from the input before they are wanted, for each subscription. Default 0. */
  readonly ahead?: number;
  /** True where records come in a later turn: the input is given back when a running call ends. */
  readonly asynchronous?: boolean;
  /** True for an input that is gone once it has been read: the second subscription fails with SOURCE_CONSUMED. */
  readonly once?: boolean;
}
