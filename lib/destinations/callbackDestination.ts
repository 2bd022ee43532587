import * as z from 'zod/mini';
import { SluiceError } from '../credit/SluiceError.js';
import { checkOptions, show } from '../options/checkOptions.js';
import { name } from '../options/common.js';
import type { Destination, WriteContext, WriteRequest } from './Destination.js';

export interface CallbackDestinationOptions {
  /** True: the function is called once for each batch, with an array of values. Default false: once for each record. */
  readonly batch?: boolean | undefined;
  /** The name in errors and pictures. Default `'callback'`. */
  readonly name?: string | undefined;
}

/** What the function may look at beside its value. */
export interface CallbackContext {
  /** Aborted when nobody waits for this call any more. */
  readonly signal: AbortSignal;
}

const SCHEMA = z.strictObject({ batch: z.optional(z.boolean('give true or false')), name: z.optional(name) });

/** @internal For the test that changes every option in turn. */
export const CALLBACK_DESTINATION_OPTIONS: readonly string[] = Object.keys(SCHEMA.def.shape);

/**
 * A function as a destination. What it returns acknowledges: nothing, or any value, at once; a promise when it
 * resolves. What it throws or rejects with refuses, one record or, with `{ batch: true }`, the whole batch, because
 * only the function knows how much of it was done.
 *
 * @throws SluiceError OPTION where an option is unknown or makes no sense
 *
 * @example
 * finalSink({ destination: callbackDestination((order, { signal }) => post(order, signal)) })
 * finalSink({ destination: callbackDestination(insertMany, { batch: true }), batch: { maxSize: 500, maxWaitMs: 50 } })
 */
export function callbackDestination<T>(
  callback: (values: readonly T[], context: CallbackContext) => unknown,
  options: CallbackDestinationOptions & { readonly batch: true },
): Destination<T>;
export function callbackDestination<T>(
  callback: (value: T, context: CallbackContext) => unknown,
  options?: CallbackDestinationOptions & { readonly batch?: false | undefined },
): Destination<T>;
export function callbackDestination<T>(
  callback: ((value: T, context: CallbackContext) => unknown) & ((values: T[], context: CallbackContext) => unknown),
  options: CallbackDestinationOptions = {},
): Destination<T> {
  if (typeof callback !== 'function') {
    throw new SluiceError('OPTION', `callbackDestination: callback is ${show(callback)}; give a function (value) => …`);
  }
  checkOptions('callbackDestination', SCHEMA, CALLBACK_DESTINATION_OPTIONS, options);
  const { batch = false, name: given = 'callback' } = options;
  return {
    name: given,
    write(requests, context) {
      if (batch) {
        const values = requests.map(({ value }) => value);
        answer(callback, values as T & T[], requests, context);
        return;
      }
      for (const request of requests) {
        // The record before it may have ended the stream.
        if (request !== requests[0] && context.signal.aborted) return;
        answer(callback, request.value as T & T[], requests.length === 1 ? requests : [request], context);
      }
    },
  };
}

/** Calls, and acknowledges the requests with what comes of it. */
function answer<T>(
  callback: (given: T & T[], context: CallbackContext) => unknown,
  given: T & T[],
  requests: readonly WriteRequest<T>[],
  context: WriteContext,
): void {
  try {
    const result = callback(given, context);
    if (isThenable(result)) {
      follow(result, requests, context);
      return;
    }
  } catch (error) {
    refuse(requests, context, error);
    return;
  }
  accept(requests, context);
}

function follow<T>(result: PromiseLike<unknown>, requests: readonly WriteRequest<T>[], context: WriteContext): void {
  result.then(
    () => {
      accept(requests, context);
    },
    (error: unknown) => {
      refuse(requests, context, error);
    },
  );
}

function accept<T>(requests: readonly WriteRequest<T>[], context: WriteContext): void {
  for (const { id } of requests) context.acknowledge({ id, ok: true });
}

function refuse<T>(requests: readonly WriteRequest<T>[], context: WriteContext, error: unknown): void {
  for (const { id } of requests) context.acknowledge({ id, ok: false, error });
}

function isThenable(result: unknown): result is PromiseLike<unknown> {
  if ((typeof result !== 'object' && typeof result !== 'function') || result === null) return false;
  return typeof (result as Partial<PromiseLike<unknown>>).then === 'function';
}
