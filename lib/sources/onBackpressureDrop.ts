import * as z from 'zod/mini';
import { checkOptions } from '../options/checkOptions.js';
import { fn, name } from '../options/common.js';
import { policy } from './onBackpressure.js';

export interface OnBackpressureDropOptions {
  /** The name in errors, ledger and pictures. Default `'onBackpressureDrop'`. */
  readonly name?: string | undefined;
}

const SCHEMA = z.strictObject({
  name: z.optional(name),
  onDrop: z.optional(fn<(value: never) => void>('give a function (value) => void')),
});

/** @internal For the test that changes every option in turn. */
export const ON_BACKPRESSURE_DROP_OPTIONS: readonly string[] = Object.keys(SCHEMA.def.shape);

/**
 * Lets a source that cannot stop into a pipeline and drops every record for which the stage below has no credit at that
 * moment. A dropped record has the outcome rejected, and `onDrop` is told.
 *
 * - **Emits** at once, or never.
 * - **Back-pressures** nothing that pushes: it drops. A source that can be stopped is stopped, and loses nothing.
 * - **Completes** when the source completes.
 * - **Cancels** the source at once.
 *
 * @throws SluiceError OPTION where an option is unknown or makes no sense
 *
 * @example
 * fromEvent(sensor, 'reading').pipe(onBackpressureDrop(), stage(send)).subscribe();
 */
export const onBackpressureDrop = policy<OnBackpressureDropOptions>((options = {}) => {
  checkOptions('onBackpressureDrop', SCHEMA, ON_BACKPRESSURE_DROP_OPTIONS, options);
  const { onDrop } = options as { onDrop?: (value: never) => void };
  return {
    name: options.name,
    capacity: 1,
    operator: 'onBackpressureDrop',
    overflow: 'dropNewest',
    keeps: false,
    onDrop,
  };
});
