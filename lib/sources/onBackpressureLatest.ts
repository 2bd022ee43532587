import * as z from 'zod/mini';
import { checkOptions } from '../options/checkOptions.js';
import { fn, name } from '../options/common.js';
import { policy } from './onBackpressure.js';

export interface OnBackpressureLatestOptions {
  /** The name in errors, ledger and pictures. Default `'onBackpressureLatest'`. */
  readonly name?: string | undefined;
}

const SCHEMA = z.strictObject({
  name: z.optional(name),
  onDrop: z.optional(fn<(value: never) => void>('give a function (value) => void')),
});

/** @internal For the test that changes every option in turn. */
export const ON_BACKPRESSURE_LATEST_OPTIONS: readonly string[] = Object.keys(SCHEMA.def.shape);

/**
 * Lets a source that cannot stop into a pipeline and keeps only the newest record while the stage below has no credit.
 * The one it replaces has the outcome rejected, and `onDrop` is told.
 *
 * - **Emits** at once where there is credit, else the newest when there is.
 * - **Back-pressures** nothing that pushes: it replaces. A source that can be stopped is stopped, and loses nothing.
 * - **Completes** when the source has completed and the newest record is handed on.
 * - **Cancels** the source at once.
 *
 * @throws SluiceError OPTION where an option is unknown or makes no sense
 *
 * @example
 * merge(rows, onBackpressureLatest(settings$)).pipe(stage(apply)).subscribe();
 */
export const onBackpressureLatest = policy<OnBackpressureLatestOptions>((options = {}) => {
  checkOptions('onBackpressureLatest', SCHEMA, ON_BACKPRESSURE_LATEST_OPTIONS, options);
  const { onDrop } = options as { onDrop?: (value: never) => void };
  return { name: options.name, capacity: 1, operator: 'onBackpressureLatest', overflow: 'latest', keeps: true, onDrop };
});
