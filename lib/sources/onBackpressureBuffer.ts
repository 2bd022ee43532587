import * as z from 'zod/mini';
import { checkOptions } from '../options/checkOptions.js';
import { fn, stageOptions, type StageOptions } from '../options/common.js';
import { policy } from './onBackpressure.js';

export interface OnBackpressureBufferOptions extends StageOptions {
  /** What happens to a push that finds the buffer full. Default `'error'`. */
  readonly overflow?: 'error' | 'dropOldest' | 'dropNewest' | undefined;
}

const SCHEMA = z.strictObject({
  ...stageOptions,
  overflow: z.optional(z.enum(['error', 'dropOldest', 'dropNewest'], `give 'error', 'dropOldest' or 'dropNewest'`)),
  onDrop: z.optional(fn<(value: never) => void>('give a function (value) => void')),
});

/** @internal For the test that changes every option in turn. */
export const ON_BACKPRESSURE_BUFFER_OPTIONS: readonly string[] = Object.keys(SCHEMA.def.shape);

/**
 * Lets a source that cannot stop into a pipeline: what the stage below has no credit for waits here, up to `capacity`
 * (256) records. Past it the stream fails with OVERFLOW, or `overflow` says what is dropped: the outcome of a dropped
 * record is rejected, and `onDrop` is told.
 *
 * - **Emits** while the stage below has credit; with none below, at once.
 * - **Back-pressures** a source that can be stopped, by `capacity`; a push it buffers, and then drops or fails.
 * - **Completes** when the source has completed and the buffer is empty.
 * - **Cancels** the source and empties the buffer at once.
 *
 * @throws SluiceError OPTION where an option is unknown or makes no sense
 *
 * @example
 * fromEvent(socket, 'message').pipe(onBackpressureBuffer({ capacity: 1000 }), stage(save)).subscribe();
 */
export const onBackpressureBuffer = policy<OnBackpressureBufferOptions>((options = {}) => {
  checkOptions('onBackpressureBuffer', SCHEMA, ON_BACKPRESSURE_BUFFER_OPTIONS, options);
  const { onDrop } = options as { onDrop?: (value: never) => void };
  return { ...options, operator: 'onBackpressureBuffer', overflow: options.overflow ?? 'error', keeps: true, onDrop };
});
