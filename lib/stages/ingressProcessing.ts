import type { OperatorFunction } from 'rxjs';
import * as z from 'zod/mini';
import { Flowable } from '../credit/Flowable.js';
import { SluiceError } from '../credit/SluiceError.js';
import { deadLetterOptions, type DeadLetterOptions } from '../operators/failureOptions.js';
import { checkOptions } from '../options/checkOptions.js';
import {
  count,
  DEFAULT_CAPACITY,
  fn,
  milliseconds,
  readyStageOptions,
  type ReadyStageOptions,
} from '../options/common.js';
import { isStandardSchema, type StandardSchema } from '../options/standardSchema.js';
import { IngressMachine, type OnBufferTimeout } from './IngressMachine.js';
import { functionValidator, schemaValidator, type Validate, type Validator } from './validator.js';

export interface IngressProcessingOptions<T, V, R> extends ReadyStageOptions, DeadLetterOptions {
  /** A Standard Schema (zod and others). What it makes of a record goes on; a record it refuses is a dead letter. */
  readonly schema?: StandardSchema<unknown, V> | undefined;
  /** In place of a schema: false or a throw refuses the record, `true` lets it pass as it is. */
  readonly validate?: Validate<T> | undefined;
  /** What is made of a valid record: a value or a promise. Comes after validation. */
  readonly preprocess?: ((value: V) => R | PromiseLike<R>) | undefined;
  /** Default true. */
  readonly enableValidation?: boolean | undefined;
  /** Default true. */
  readonly enablePreprocessing?: boolean | undefined;
  /**
   * How long a record may wait here while the next stage could take it, in milliseconds. Off by default. The time in
   * which the next stage has no credit does not count. A longer wait counts as a failure in the stage's pressure.
   */
  readonly bufferTimeoutMs?: number | undefined;
  /** What happens then. `'wait'` (default): it is counted, and goes on waiting. */
  readonly onBufferTimeout?: OnBufferTimeout | undefined;
  /** Records in work at the same time, which matters where validation or preparation is asynchronous. Default 1. */
  readonly concurrency?: number | undefined;
}

const SCHEMA = z.strictObject({
  ...readyStageOptions,
  schema: z.optional(z.custom(isStandardSchema, 'give a Standard Schema, such as one of zod')),
  validate: z.optional(fn<(value: never) => unknown>('give a function (value) => boolean')),
  preprocess: z.optional(fn<(value: never) => unknown>('give a function (value) => value')),
  enableValidation: z.optional(z.boolean('give true or false')),
  enablePreprocessing: z.optional(z.boolean('give true or false')),
  concurrency: z.optional(count),
  bufferTimeoutMs: z.optional(milliseconds),
  onBufferTimeout: z.optional(z.enum(['wait', 'deadLetter', 'reject'], `give 'wait', 'deadLetter' or 'reject'`)),
  ...deadLetterOptions,
});

/** @internal For the test that changes every option in turn. */
export const INGRESS_PROCESSING_OPTIONS: readonly string[] = Object.keys(SCHEMA.def.shape);

/**
 * Validates each record and prepares it. A record that is not valid is a dead letter with the code INVALID and what was
 * wrong with it; the stream goes on. Validation comes first, then `preprocess`; either may be asynchronous, and records
 * keep their order.
 *
 * - **Emits** the prepared record when it is valid and the stage below has credit.
 * - **Back-pressures** when `capacity` records wait or are in work.
 * - **Completes** when the source has completed and the last record is handed on or given up.
 * - **Cancels** the inbox and the source at once.
 *
 * @throws SluiceError OPTION where an option is unknown or makes no sense
 *
 * @example
 * fromPull(rows).pipe(ingressProcessing({ schema: Order, preprocess: (order) => ({ ...order, seen: true }) }));
 */
export function ingressProcessing<T, V = T, R = V>(
  options: IngressProcessingOptions<T, V, R> = {},
): OperatorFunction<T, R> {
  checkOptions('ingressProcessing', SCHEMA, INGRESS_PROCESSING_OPTIONS, options);
  if (options.schema !== undefined && options.validate !== undefined) {
    throw new SluiceError('OPTION', 'ingressProcessing: options schema and validate are both given; give one of them');
  }
  const name = options.name ?? 'ingressProcessing';
  const project = projectOf(name, options);
  return (source) =>
    new Flowable<R>((output) => {
      const settings = {
        ...options,
        name,
        capacity: options.capacity ?? DEFAULT_CAPACITY,
        concurrency: options.concurrency ?? 1,
        order: 'input' as const,
        onFailure: 'deadLetter' as const,
        onDeadLetter: options.onDeadLetter,
        overflow: 'error' as const,
        overdraft: undefined,
        bufferTimeoutMs: options.bufferTimeoutMs,
        onBufferTimeout: options.onBufferTimeout ?? 'wait',
      };
      new IngressMachine<T, R>(output, project, settings).start(source);
    });
}

/** Validation, then preparation, synchronous while both are. */
function projectOf<T, V, R>(
  stage: string,
  options: IngressProcessingOptions<T, V, R>,
): (value: T) => R | PromiseLike<R> {
  const { enableValidation = true, enablePreprocessing = true, preprocess } = options;
  const check = enableValidation ? validatorOf(stage, options) : same;
  const prepare = enablePreprocessing && preprocess !== undefined ? (preprocess as (value: unknown) => unknown) : same;
  return (value) => {
    const valid = check(value);
    return (valid instanceof Promise ? valid.then(prepare) : prepare(valid)) as R | PromiseLike<R>;
  };
}

function validatorOf<T, V, R>(stage: string, options: IngressProcessingOptions<T, V, R>): Validator {
  const { schema, validate } = options;
  if (schema !== undefined) return schemaValidator(stage, schema);
  return validate === undefined ? same : functionValidator(stage, validate);
}

function same(value: unknown): unknown {
  return value;
}
