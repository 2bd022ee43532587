/**
 * What happened at a place of a pipeline.
 *
 * - `next`, `error`, `complete`: what went down.
 * - `request`: credit that went up.
 * - `ack`, `nack`: a piece of work, or a destination, said yes or no to a record; a `next` of the same label behind a
 *   `nack` on one lane is its retry.
 * - `drop`, `deadLetter`, `park`: how a record left the pipeline without having been delivered.
 */
export type ScenarioEventKind =
  'next' | 'error' | 'complete' | 'request' | 'ack' | 'nack' | 'drop' | 'deadLetter' | 'park';

export interface ScenarioEvent {
  /** Milliseconds since the scenario began. */
  readonly time: number;
  /** The name of a lane of the scenario. */
  readonly lane: string;
  readonly kind: ScenarioEventKind;
  /** What gives a record its colour. Left out: its label does. */
  readonly key?: string | undefined;
  /** What a record is called, the same on every lane; of an error its message. */
  readonly label?: string | undefined;
  /**
   * Of `request`, how many records; left out, all that come from now on. Of `next`, `ack` and `nack` on the lane of
   * some work, which attempt.
   */
  readonly n?: number | undefined;
  /** More about it, for its title: why a record was dropped. */
  readonly detail?: string | undefined;
}

/** A place of a pipeline: an edge between two stages, or the work inside of one. */
export interface ScenarioLane {
  readonly name: string;
  /** One line about it. */
  readonly description?: string | undefined;
}

/** `credit`: granted and not yet used. `fill`: records in the inbox or in work below. `pressure`: 0 to 1. */
export type ScenarioMeasure = 'credit' | 'fill' | 'pressure';

/** A number that changes in steps. Each point is a time in milliseconds, and the value from then on. */
export interface ScenarioSeries {
  readonly lane: string;
  readonly measure: ScenarioMeasure;
  readonly points: readonly (readonly [time: number, value: number])[];
  /** The most that the value should be: the capacity of the stage below. */
  readonly limit?: number | undefined;
}

/** What happened in a pipeline, as plain data: JSON in, the same JSON out. */
export interface Scenario {
  readonly title: string;
  /** A sentence or two: what there is to see. */
  readonly description?: string | undefined;
  /** From the source down. */
  readonly lanes: readonly ScenarioLane[];
  readonly events: readonly ScenarioEvent[];
  readonly series: readonly ScenarioSeries[];
  /** Until when it was looked at, in milliseconds. Left out: until the last event. */
  readonly duration?: number | undefined;
  /** Events at the beginning that were not kept. */
  readonly omitted?: number | undefined;
}
