import type { Observable } from 'rxjs';
import type { FlowRunHelpers } from 'sluice/testing';
import type { ScenarioRecorder } from 'sluice/marbles';

/** What a pipeline is made of when its scenario is played. */
export interface Stage<O> {
  readonly source: Observable<string>;
  readonly options: O;
  readonly recorder: ScenarioRecorder;
  readonly helpers: FlowRunHelpers;
}

export interface ExpectedFlow {
  /** What the consumer is given, in marbles. Letters stand for `values`, or for themselves. */
  readonly emits: string;
  readonly values?: Readonly<Record<string, unknown>>;
  readonly error?: unknown;
  /** What is requested of the source, in marbles; not for a source that pushes. */
  readonly requests?: string;
  readonly counts?: Readonly<Record<string, number>>;
  /** What became of records on the way: `'b deadLetter INVALID'`, in the order in which it happened. */
  readonly exits?: readonly string[];
}

/**
 * A scenario, written once and used as a test, as a picture and as a story: source marbles, demand marbles, a pipeline,
 * its options, and what is to be seen. One character of marbles is one millisecond.
 */
export interface ScenarioDefinition<O extends object> {
  /** Also the name of its picture. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** When the source has its records ready. A letter is a record. */
  readonly source: string;
  /** The source cannot stop: it gives its records when they are ready, wanted or not. Default false. */
  readonly pushes?: boolean;
  /** What the consumer at the end grants. Left out: everything. */
  readonly demand?: string;
  /** What may be changed; every pipeline works with other values too. */
  readonly options: O;
  readonly pipeline: (parts: Stage<O>) => Observable<unknown>;
  /** With the options as they are written here. */
  readonly expected: ExpectedFlow;
  readonly label?: (origin: unknown, value: unknown) => string;
  readonly key?: (origin: unknown) => string | undefined;
}

/** For the types alone. */
export function defineScenario<O extends object>(definition: ScenarioDefinition<O>): ScenarioDefinition<O> {
  return definition;
}
